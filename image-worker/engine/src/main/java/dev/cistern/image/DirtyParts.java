package dev.cistern.image;

/**
 * Parts of an image that were written to, as a bitmap has them. The view of an open image's bitmap
 * changes with it.
 */
public interface DirtyParts {
    /** Bytes of the image. */
    long capacity();

    /** The first byte from an offset on that is in a part written to; the capacity if none is. */
    long nextDirty(long offset);

    /** The first byte from an offset on that is in no such part; the capacity if none is. */
    long nextClean(long offset);
}
