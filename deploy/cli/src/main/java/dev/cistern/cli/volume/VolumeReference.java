package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.http.Api;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Pages;
import dev.cistern.cli.http.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A volume as virsh is told of it: by name, key (here: id) or path, and in which pool.
 *
 * @param option that tells the pool, for messages
 */
record VolumeReference(String volume, @Nullable String pool, String option) {
    private static final Pattern ID =
            Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    /**
     * The route of the one volume that is meant.
     *
     * @throws Failure if there is none or it could be several
     */
    Route route(Api api) throws Failure {
        var in = pool;
        if (volume.startsWith("/")) {
            return withPath(api, in);
        }
        if (in == null) {
            return ID.matcher(volume).matches() || volume.contains(":")
                    ? Route.of("volumes", volume)
                    : named(api, null);
        }
        // More than one colon could be read in more than one way.
        return (in + volume).contains(":")
                ? named(api, in)
                : Route.of("volumes", in + ":" + volume);
    }

    private Route withPath(Api api, @Nullable String in) throws Failure {
        var found = found(api, volume.substring(volume.lastIndexOf('/') + 1), in);
        found.removeIf(each -> !each.path("path").asText().equals(volume));
        return only(found, "no volume has the path '%s'".formatted(volume));
    }

    private Route named(Api api, @Nullable String in) throws Failure {
        return only(
                found(api, volume, in),
                in == null
                        ? "there is no volume '%s' in any pool".formatted(volume)
                        : "there is no volume '%s' in pool '%s'".formatted(volume, in));
    }

    private static List<JsonNode> found(Api api, String name, @Nullable String in) throws Failure {
        var list = new Pages(api, Route.of("volumes").with("pool", in).with("name", name));
        var found = new ArrayList<JsonNode>();
        for (var each = list.next(); each != null; each = list.next()) {
            found.add(each);
        }
        return found;
    }

    private Route only(List<JsonNode> found, String none) throws Failure {
        if (found.isEmpty()) {
            throw new Failure.Local(none);
        }
        if (found.size() > 1) {
            throw new Failure.Local(
                    "'%s' is a volume in each of the pools %s: say which with %s"
                            .formatted(
                                    volume,
                                    String.join(
                                            ", ",
                                            found.stream()
                                                    .map(each -> each.path("pool").asText())
                                                    .toList()),
                                    option));
        }
        return Route.of("volumes", found.getFirst().path("id").asText());
    }

    /** As the API takes it in bodies: an id, or {@code POOL:NAME}. */
    String text() {
        return ID.matcher(volume).matches() || volume.contains(":")
                ? volume
                : pool + ":" + volume.substring(volume.lastIndexOf('/') + 1);
    }

    @Override
    public String toString() {
        return volume;
    }
}
