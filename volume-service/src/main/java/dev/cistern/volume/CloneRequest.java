package dev.cistern.volume;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.ImageEncryption;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.ImageShape;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.util.Optional;
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

        /**
         * What the clone is like in all that it does not have from a copy of the file.
         *
         * @param format of the clone, and {@code encryption} its own
         */
        public ImageShape of(
                Origin origin, long bytes, String format, @Nullable ImageEncryption encryption) {
            var both = format.equals("qcow2") && origin.format().equals("qcow2");
            var like = both && options.equals(ImageOptions.USUAL) ? origin.options() : options;
            return new ImageShape(like.encrypted(encryption), capacity(bytes));
        }
    }

    /** Refuses what cannot be a volume, with the reason. */
    public CloneRequest {
        VolumeRequest.requireName(name);
        if (snapshot != null && strategy == CloneStrategy.REFLINK) {
            throw refused(
                    "the content of a snapshot is copied, or linked to if it is an external one: it can be cloned in full, but not by 'reflink'");
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

    /** The format that is asked for, whatever the source is. */
    public Optional<String> formatIfSaid() {
        return switch (strategy) {
            case LINKED -> Optional.of("qcow2");
            case BEST, REFLINK, FULL -> Optional.ofNullable(shape.format());
        };
    }

    /** The format of a clone of an image. */
    public String format(Origin source) {
        return formatIfSaid().orElse(source.format());
    }

    /** Refuses a snapshot of a file that is no volume. */
    public void requireNoSnapshot(String file) {
        if (snapshot != null) {
            throw refused(
                    "'%s' is no volume, so it has no snapshot that could be named: refresh its pool, then clone from the snapshot"
                            .formatted(file));
        }
    }

    /**
     * Refuses what an image like the source cannot become.
     *
     * @param bytes capacity of what is cloned
     */
    public void requireShape(Origin source, long bytes) {
        var format = format(source);
        CreationRules.requireFilled(format, shape.capacity(bytes), shape.options());
        if (!isCopyOfFile(source, bytes)) {
            source.requireReadable();
        }
        if (strategy == CloneStrategy.REFLINK && !shape.isThatOf(format, source.format(), bytes)) {
            throw notByReflink(source);
        }
    }

    /** Whether it has all that the file has, and not the content alone. */
    private boolean isCopyOfFile(Origin source, long bytes) {
        return strategy != CloneStrategy.LINKED
                && snapshot == null
                && shape.isThatOf(format(source), source.format(), bytes);
    }

    /** A reflink shares the blocks of the source. */
    public static ProblemException notByReflink(Origin source) {
        return refused(
                "a reflink of %s has its format (%s), options and capacity: clone in full to change them"
                        .formatted(source.what(), source.format()));
    }

    /**
     * How the content of a clone is encrypted. A qcow2 image made of one that is encrypted is
     * encrypted with the secret of that, unless another one is asked for; one of another format is
     * not.
     *
     * @param bytes capacity of what is cloned
     */
    public @Nullable ImageEncryption encryption(Origin source, long bytes) {
        var asked = shape.options().encryption();
        if (asked != null || source.encryption() == null || !format(source).equals("qcow2")) {
            return asked;
        }
        return isCopyOfFile(source, bytes) ? source.encryption() : source.encryption().anew();
    }

    /** Refuses a linked clone in another pool than its source. */
    public void requirePool(PoolView target, PoolView source) {
        if (strategy == CloneStrategy.LINKED && !target.id().equals(source.id())) {
            throw refused(
                    "a linked clone must be in the pool of its source, '%s'"
                            .formatted(source.name()));
        }
    }

    private static ProblemException refused(String detail) {
        return new ProblemException(ProblemCode.INVALID_REQUEST, detail);
    }
}
