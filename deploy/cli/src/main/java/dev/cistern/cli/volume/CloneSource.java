package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.http.Api;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Pages;
import dev.cistern.cli.http.Route;
import org.jspecify.annotations.Nullable;

/**
 * What is cloned: a volume, or a file in a pool's folder that is none yet. Which pool that is must
 * be told then, or be seen from the file's path.
 */
record CloneSource(VolumeReference volume) {
    /** Asks for a clone. */
    @FunctionalInterface
    interface Asking {
        /** The answer is an operation. */
        JsonNode at(Route clones) throws Failure;
    }

    /**
     * Asks for a clone of the volume, or if there is none of that name, of the file.
     *
     * @throws Failure if neither is there, or Cistern refuses
     */
    JsonNode ask(Api api, Asking asking) throws Failure {
        try {
            return asking.at(volume.route(api).then("clone"));
        } catch (Failure noVolume) {
            var file = isNoVolume(noVolume) ? file(api) : null;
            if (file == null) {
                throw noVolume;
            }
            return asking.at(Route.of("volumes", "-", "clone").with("file", file));
        }
    }

    private static boolean isNoVolume(Failure failure) {
        return failure instanceof Failure.Local
                || (failure instanceof Failure.Refused refused
                        && refused.body().path("code").asText().equals("volume-not-found"));
    }

    /** As {@code POOL:NAME}; null if the pool is not known. */
    private @Nullable String file(Api api) throws Failure {
        var name = volume.volume();
        if (name.startsWith("/")) {
            return withPath(api, name);
        }
        if (volume.pool() != null) {
            return volume.pool() + ":" + name;
        }
        return name.contains(":") ? name : null;
    }

    private static @Nullable String withPath(Api api, String path) throws Failure {
        var slash = path.lastIndexOf('/');
        var pools = new Pages(api, Route.of("pools"));
        for (var pool = pools.next(); pool != null; pool = pools.next()) {
            if (pool.path("path").asText().equals(path.substring(0, slash))) {
                return pool.path("id").asText() + ":" + path.substring(slash + 1);
            }
        }
        return null;
    }
}
