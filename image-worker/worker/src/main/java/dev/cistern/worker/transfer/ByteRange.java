package dev.cistern.worker.transfer;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A run of bytes that a request is about.
 *
 * @param start the first
 * @param end the one after the last
 */
record ByteRange(long start, long end) {
    private static final Pattern ASKED = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");
    private static final Pattern GIVEN =
            Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");

    long length() {
        return end - start;
    }

    /**
     * Reads a {@code Range} (RFC 9110, 14.2).
     *
     * @return empty if there is none, or it asks for several runs, which may be answered with all
     * @throws ProblemException if it is not within the content
     */
    static Optional<ByteRange> asked(@Nullable String header, long size) {
        if (header == null || header.indexOf(',') >= 0 || !header.startsWith("bytes=")) {
            return Optional.empty();
        }
        var parts = ASKED.matcher(header.strip());
        if (!parts.matches() || (parts.group(1) + parts.group(2)).isEmpty()) {
            throw refused("Range: " + header, size);
        }
        if (parts.group(1).isEmpty()) {
            var last = Math.min(size, Long.parseLong(parts.group(2)));
            return Optional.of(within(size - last, size, header, size));
        }
        var end = parts.group(2).isEmpty() ? size : Long.parseLong(parts.group(2)) + 1;
        return Optional.of(
                within(Long.parseLong(parts.group(1)), Math.min(size, end), header, size));
    }

    /**
     * Reads a {@code Content-Range} (RFC 9110, 14.4 and 14.5); without one the bytes are from the
     * start on.
     *
     * @param length of the bytes that come; null if it is not told
     * @throws ProblemException if they are not within the content, or not as many
     */
    static ByteRange given(@Nullable String header, @Nullable Long length, long size) {
        if (header == null) {
            var end = length == null ? size : length;
            if (end > size) {
                throw refused("%d bytes".formatted(end), size);
            }
            return new ByteRange(0, end);
        }
        var parts = GIVEN.matcher(header.strip());
        if (!parts.matches() || isOther(parts.group(3), size)) {
            throw refused("Content-Range: " + header, size);
        }
        var range =
                within(
                        Long.parseLong(parts.group(1)),
                        Long.parseLong(parts.group(2)) + 1,
                        header,
                        size);
        if (length != null && length != range.length()) {
            throw new ProblemException(
                    ProblemCode.MALFORMED_REQUEST,
                    "Content-Range: %s tells of %d bytes, and %d come"
                            .formatted(header, range.length(), length));
        }
        return range;
    }

    private static boolean isOther(String total, long size) {
        return !total.equals("*") && Long.parseLong(total) != size;
    }

    /** Checks one that is given in numbers. */
    static ByteRange of(long offset, long length, long size) {
        if (offset < 0 || length < 1 || offset > size - length) {
            throw refused("%d bytes at %d".formatted(length, offset), size);
        }
        return new ByteRange(offset, offset + length);
    }

    private static ByteRange within(long start, long end, String header, long size) {
        if (start >= end || end > size) {
            throw refused(header, size);
        }
        return new ByteRange(start, end);
    }

    private static ProblemException refused(String what, long size) {
        return new ProblemException(
                ProblemCode.RANGE_NOT_SATISFIABLE,
                "%s is not within the content, which has %d bytes".formatted(what, size),
                Map.of("size", size));
    }
}
