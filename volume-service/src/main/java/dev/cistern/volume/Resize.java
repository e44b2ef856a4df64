package dev.cistern.volume;

import dev.cistern.common.message.Lane;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.time.Duration;
import java.util.Map;

/**
 * Another capacity for a volume, as virsh's {@code vol-resize}.
 *
 * @param bytes the capacity, or what it is to change by
 * @param delta whether the bytes are added to what the volume has then, or with {@code shrink}
 *     taken off it
 * @param shrink whether it may become smaller; what is cut off is lost
 * @param allocate whether what is added takes its space at once
 */
public record Resize(long bytes, boolean delta, boolean shrink, boolean allocate)
        implements ChangeRequest {
    /** Of its operations. */
    public static final String KIND = "ResizeVolume";

    private static final int SECTOR = 512;
    private static final long MAX_BYTES = Long.MAX_VALUE - SECTOR;

    /** Refuses what is no capacity. */
    public Resize {
        if (bytes < (delta ? 0 : 1) || bytes > MAX_BYTES) {
            throw refused("capacity is %d bytes; it must be at least 1".formatted(bytes), bytes);
        }
        if (shrink && allocate) {
            throw refused("what is cut off cannot be allocated: ask for one of the two", bytes);
        }
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Lane lane() {
        return allocate ? Lane.BULK : Lane.METADATA;
    }

    @Override
    public Duration deadline() {
        return Duration.ofHours(allocate ? 24 : 1);
    }

    @Override
    public boolean takesSpace() {
        return allocate;
    }

    @Override
    public long growth(long promised) {
        if (delta) {
            return shrink ? 0 : wholeSectors(bytes);
        }
        return Math.max(0, wholeSectors(bytes) - promised);
    }

    /**
     * The capacity that a volume is to have, in whole sectors.
     *
     * @param before what it has
     * @throws ProblemException if that is less and not meant, or no capacity at all
     */
    public long capacity(long before) {
        var wanted = delta ? shrink ? before - bytes : before + bytes : bytes;
        if (wanted < 1 || wanted > MAX_BYTES) {
            throw refused(
                    "the volume has %d bytes and cannot change by %d".formatted(before, bytes),
                    bytes);
        }
        var rounded = wholeSectors(wanted);
        if (rounded < before && !shrink) {
            throw refused(
                    "the volume has %d bytes and would lose what is beyond %d: ask to shrink it if that is meant"
                            .formatted(before, rounded),
                    rounded);
        }
        return rounded;
    }

    private static long wholeSectors(long bytes) {
        return Math.ceilDiv(bytes, SECTOR) * (long) SECTOR;
    }

    private static ProblemException refused(String detail, long requested) {
        return new ProblemException(
                ProblemCode.INVALID_REQUEST, detail, Map.of("requested", requested));
    }
}
