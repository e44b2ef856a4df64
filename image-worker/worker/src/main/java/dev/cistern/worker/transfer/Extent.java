package dev.cistern.worker.transfer;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A run of bytes that are alike. */
record Extent(long start, long length, State state) {
    /** What there is to say of bytes. */
    enum State {
        /** They may be other than zero. */
        DATA,
        /** They are zero. */
        ZERO,
        /** They have not come yet. */
        MISSING;

        /** The word on the wire. */
        @JsonValue
        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Some extents, in order and without gaps.
     *
     * @param size of the whole content
     * @param next where the next ones begin; null if these reach to the end
     */
    record Listing(long size, List<Extent> extents, @Nullable Long next) {
        static Listing of(long size, long from, List<Extent> extents) {
            var end = extents.isEmpty() ? from : extents.getLast().end();
            return new Listing(size, List.copyOf(extents), end < size ? end : null);
        }
    }

    long end() {
        return start + length;
    }
}
