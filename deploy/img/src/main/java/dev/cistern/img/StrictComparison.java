package dev.cistern.img;

import dev.cistern.image.DiskImage;
import dev.cistern.image.Mapping;
import java.io.IOException;
import java.util.OptionalLong;

/** Compares how two images store what a guest reads, by what QEMU calls the block status. */
final class StrictComparison {
    private StrictComparison() {}

    /**
     * What is known of a run of bytes.
     *
     * @param last whether the image ends with it
     */
    private record Status(boolean data, boolean zero, boolean known, boolean placed, boolean last) {
        static Status of(Mapping mapping, boolean last) {
            return switch (mapping) {
                case Mapping.Data _ -> new Status(true, false, true, true, last);
                case Mapping.Compressed _ -> new Status(true, false, true, false, last);
                case Mapping.Zero(_, _, _, var offset) ->
                        new Status(false, true, true, offset >= 0, last);
                case Mapping.Unallocated _ -> new Status(false, true, false, false, last);
            };
        }
    }

    /** Where the first run begins that is stored otherwise; both images are of one capacity. */
    static OptionalLong firstDifference(DiskImage one, DiskImage other) throws IOException {
        var end = one.capacity();
        for (var at = 0L; at < end; ) {
            var first = one.map(at, end - at);
            var second = other.map(at, end - at);
            var status = Status.of(first, at + first.length() == end);
            if (!status.equals(Status.of(second, at + second.length() == end))) {
                return OptionalLong.of(at);
            }
            at += Math.min(first.length(), second.length());
        }
        return OptionalLong.empty();
    }
}
