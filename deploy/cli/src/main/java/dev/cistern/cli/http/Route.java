package dev.cistern.cli.http;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A path below the server's address, with its query.
 *
 * @param text encoded, starting with {@code /v1/}
 */
public record Route(String text) {
    private static final String BASE = "/v1/";

    /**
     * The route of a resource.
     *
     * @param segments unencoded
     * @throws Failure.Local if one is empty or a dot segment, which would name another resource
     */
    public static Route of(String... segments) throws Failure {
        for (var segment : segments) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                throw new Failure.Local("'%s' cannot be the name of anything".formatted(segment));
            }
        }
        return new Route(
                BASE + Stream.of(segments).map(Route::encode).collect(Collectors.joining("/")));
    }

    /** The route below this one. */
    public Route then(String segment) {
        return new Route(text + "/" + encode(segment));
    }

    /** The route with one more query parameter; an absent value adds none. */
    public Route with(String name, @Nullable String value) {
        return value == null
                ? this
                : new Route(text + (text.contains("?") ? "&" : "?") + name + "=" + encode(value));
    }

    private static String encode(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
