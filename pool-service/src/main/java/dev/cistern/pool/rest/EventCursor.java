package dev.cistern.pool.rest;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How far someone has read the events: the next offset of each partition. Partitions that it does
 * not name are read from their beginning.
 */
record EventCursor(Map<Integer, Long> offsets) {

    EventCursor {
        offsets = Map.copyOf(offsets);
    }

    static EventCursor parse(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return new EventCursor(Map.of());
        }
        try {
            var offsets = new TreeMap<Integer, Long>();
            for (var part : plain(text).split(",", -1)) {
                var colon = part.indexOf(':');
                offsets.put(
                        Integer.parseInt(part.substring(0, colon)),
                        Long.parseLong(part.substring(colon + 1)));
            }
            return new EventCursor(offsets);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "the cursor '%s' does not come from an earlier answer".formatted(text));
        }
    }

    private static String plain(String text) {
        return new String(Base64.getUrlDecoder().decode(text), StandardCharsets.US_ASCII);
    }

    String text() {
        var plain =
                new TreeMap<>(offsets)
                        .entrySet().stream()
                                .map(entry -> entry.getKey() + ":" + entry.getValue())
                                .collect(Collectors.joining(","));
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(plain.getBytes(StandardCharsets.US_ASCII));
    }
}
