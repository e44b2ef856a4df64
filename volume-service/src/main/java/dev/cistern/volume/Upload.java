package dev.cistern.volume;

import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Ticket;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Another content for a volume, which a client delivers.
 *
 * @param size bytes of the file that it delivers; null for a raw volume's capacity
 * @param capacity the most that a guest may see of it; null for what the volume has, or a raw file
 *     needs
 * @param onto whether it delivers parts only and the rest stays, of a raw volume
 */
public record Upload(Ticket ticket, @Nullable Long size, @Nullable Long capacity, boolean onto)
        implements ChangeRequest {
    /** Of its operations. */
    public static final String KIND = "UploadVolume";

    private static final int SECTOR = 512;
    private static final long MAX_BYTES = Long.MAX_VALUE - SECTOR;

    /** Refuses what are no sizes. */
    public Upload {
        require("size", size);
        require("capacity", capacity);
    }

    private static void require(String field, @Nullable Long bytes) {
        if (bytes != null && (bytes < 1 || bytes > MAX_BYTES)) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "%s is %d bytes; it must be at least 1".formatted(field, bytes),
                    Map.of("requested", bytes));
        }
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Lane lane() {
        return Lane.BULK;
    }

    @Override
    public Duration deadline() {
        return Duration.ofDays(2);
    }

    /** There is room for the larger of what the file takes and what a guest sees. */
    @Override
    public long growth(long promised) {
        var wanted =
                Math.max(
                        Objects.requireNonNullElse(size, 0L),
                        Objects.requireNonNullElse(capacity, 0L));
        return Math.max(0, wholeSectors(wanted) - promised);
    }

    /**
     * Bytes of the file that a volume is to get.
     *
     * @throws ProblemException if that cannot be told
     */
    public long bytes(Volume volume) {
        var raw = isRaw(volume);
        if (onto && !raw) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED,
                    "volume '%s' is a %s image, and parts are uploaded only into raw ones: upload the whole file"
                            .formatted(volume.name(), volume.format()));
        }
        if (size == null && !raw) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "how many bytes the file has must be said in 'size', as volume '%s' is a %s image"
                            .formatted(volume.name(), volume.format()));
        }
        return size == null ? volume.capacity() : size;
    }

    /** The most that a guest may see of a volume then. */
    public long capacity(Volume volume) {
        var before = Math.max(volume.capacity(), Objects.requireNonNullElse(capacity, 0L));
        return isRaw(volume) ? Math.max(before, wholeSectors(bytes(volume))) : before;
    }

    private static boolean isRaw(Volume volume) {
        return volume.format().equals("raw");
    }

    private static long wholeSectors(long bytes) {
        return Math.ceilDiv(bytes, SECTOR) * (long) SECTOR;
    }
}
