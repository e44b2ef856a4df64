package dev.cistern.volume;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.ImageEncryption;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * A clone as a user wants it; what makes no sense is refused on the way in.
 *
 * @param pool name or id of the pool; null for that of the source
 * @param name file name in the pool's folder
 * @param snapshot of the source, by id or name, whose content is cloned; null for what it is now
 */
public record CloneRequest(
        @Nullable String pool,
        String name,
        CloneStrategy strategy,
        @Nullable String snapshot,
        Shape shape) {

    /**
     * What the clone is to be; what is null is as in the source.
     *
     * @param capacity bytes that a guest will see, unless the source has more
     * @param options beyond its format
     */
    public record Shape(
            @Nullable String format,
            @Nullable Long capacity,
            ImageOptions options,
            @Nullable Permissions permissions) {
        /** As the source. */
        public static final Shape SAME = new Shape(null, null, ImageOptions.USUAL, null);

        /** Refuses what no image has. */
        public Shape {
            if (format != null) {
                VolumeRequest.requireFormat(format);
            }
            if (capacity != null) {
                capacity = VolumeRequest.wholeSectors(capacity);
            }
            if (permissions != null) {
                VolumeRequest.requirePermissions(permissions);
            }
        }

        /**
         * Whether a copy of a file is already like this.
         *
         * @param made format that the clone is to have
         * @param of format of the file, and {@code bytes} its capacity
         */
        public boolean isThatOf(String made, String of, long bytes) {
            return made.equals(of)
                    && options.equals(ImageOptions.USUAL)
                    && (capacity == null || capacity <= bytes);
        }

        /** Bytes that the clone of so many has. */
        public long capacity(long bytes) {
            return capacity == null ? bytes : Math.max(bytes, capacity);
        }
    }

    /** Refuses what cannot be a volume, with the reason. */
    public CloneRequest {
        VolumeRequest.requireName(name);
        if (snapshot != null
                && (strategy == CloneStrategy.LINKED || strategy == CloneStrategy.REFLINK)) {
            throw refused(
                    "the content of a snapshot is copied: it can be cloned in full, but not by '%s'"
                            .formatted(strategy.text()));
        }
        if (strategy == CloneStrategy.LINKED
                && shape.format() != null
                && !shape.format().equals("qcow2")) {
            throw refused(
                    "a linked clone is a qcow2 image, not one of format '%s'"
                            .formatted(shape.format()));
        }
    }

    /** A clone that is the volume which is asked for. */
    public static CloneRequest of(VolumeRequest wanted, CloneStrategy strategy) {
        return new CloneRequest(
                wanted.pool(),
                wanted.name(),
                strategy,
                null,
                new Shape(
                        wanted.format(),
                        wanted.capacity(),
                        wanted.options(),
                        wanted.permissions()));
    }

    /** The format of a clone of an image. */
    public String format(Volume source) {
        var wanted = shape.format();
        return switch (strategy) {
            case LINKED -> "qcow2";
            case BEST, REFLINK, FULL -> wanted == null ? source.format() : wanted;
        };
    }

    /**
     * Refuses what an image like the source cannot become.
     *
     * @param bytes capacity of what is cloned
     */
    public void requireShape(Volume source, long bytes) {
        var format = format(source);
        CreationRules.requireFilled(format, shape.capacity(bytes), shape.options());
        if (strategy == CloneStrategy.LINKED
                || snapshot != null
                || !shape.isThatOf(format, source.format(), bytes)) {
            source.requireReadable();
        }
        if (strategy == CloneStrategy.REFLINK && !shape.isThatOf(format, source.format(), bytes)) {
            throw notByReflink(source);
        }
    }

    /** A reflink shares the blocks of the source. */
    public static ProblemException notByReflink(Volume source) {
        return refused(
                "a reflink of '%s' has its format (%s), options and capacity: clone in full to change them"
                        .formatted(source.name(), source.format()));
    }

    /**
     * How the content of a clone is encrypted. A qcow2 image made of one that is encrypted is
     * encrypted as that is, unless another secret is asked for; one of another format is not.
     */
    public @Nullable ImageEncryption encryption(Volume source) {
        var asked = shape.options().encryption();
        return asked == null && format(source).equals("qcow2") ? source.encryption() : asked;
    }

    /** Refuses a linked clone in another pool than its source. */
    public void requirePool(PoolView target, Volume source) {
        if (strategy == CloneStrategy.LINKED && !target.id().equals(source.poolId())) {
            throw refused(
                    "a linked clone must be in the pool of its source, '%s'"
                            .formatted(source.pool()));
        }
    }

    private static ProblemException refused(String detail) {
        return new ProblemException(ProblemCode.INVALID_REQUEST, detail);
    }
}
