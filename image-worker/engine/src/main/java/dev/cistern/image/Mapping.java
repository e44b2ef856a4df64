package dev.cistern.image;

/**
 * Where a run of guest bytes lives. {@code depth} counts the images of the chain from the one asked
 * (0) down through its backing files.
 */
public sealed interface Mapping {
    /** Bytes for which this holds, from the offset asked about on. */
    long length();

    /** Which image of the chain says so, 0 for the one that was asked. */
    int depth();

    /**
     * Stored as is.
     *
     * @param offset in the file of the image at that depth, bytes
     */
    record Data(long length, int depth, long offset) implements Mapping {}

    /** Stored compressed. */
    record Compressed(long length, int depth) implements Mapping {}

    /**
     * Reads as zeroes because the image at that depth says so.
     *
     * @param reserved whether space is set aside for it
     * @param offset of that space in the file, −1 without
     */
    record Zero(long length, int depth, boolean reserved, long offset) implements Mapping {}

    /**
     * No image of the chain knows of it; reads as zeroes.
     *
     * @param depth of the last image that could have
     */
    record Unallocated(long length, int depth) implements Mapping {}

    /** The same for an image that lies one deeper. */
    default Mapping below() {
        return switch (this) {
            case Data(var length, var depth, var offset) -> new Data(length, depth + 1, offset);
            case Compressed(var length, var depth) -> new Compressed(length, depth + 1);
            case Zero(var length, var depth, var reserved, var offset) ->
                    new Zero(length, depth + 1, reserved, offset);
            case Unallocated(var length, var depth) -> new Unallocated(length, depth + 1);
        };
    }

    /** Whether it reads as zeroes for certain. */
    default boolean readsZero() {
        return switch (this) {
            case Zero _, Unallocated _ -> true;
            case Data _, Compressed _ -> false;
        };
    }

    /** Whether it is the image that was asked that stores it, and as is. */
    default boolean isOwnData() {
        return this instanceof Data && depth() == 0;
    }
}
