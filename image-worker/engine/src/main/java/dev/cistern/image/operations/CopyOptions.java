package dev.cistern.image.operations;

/**
 * How content is copied.
 *
 * @param threads that read, compress and write at once
 * @param sparseBytes runs of so many bytes that are all zero become holes; 0 to store zeroes as
 *     data, those too that the source does not store
 * @param ownOnly whether only what the source itself has is copied, and not what it leaves to the
 *     images below: for a target over an image of the same content as the one below the source
 */
public record CopyOptions(int threads, int sparseBytes, boolean ownOnly) {
    /** Runs of zeroes that become holes if nothing else is said, bytes; as qemu-img does. */
    public static final int SPARSE_BYTES = 4096;

    private static final int MOST_THREADS = 16;

    /** Everything, sparsely, on all cores. */
    public static final CopyOptions DEFAULT =
            new CopyOptions(
                    Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors()),
                    SPARSE_BYTES,
                    false);

    /** Refuses numbers that make no sense. */
    public CopyOptions {
        if (threads < 1 || threads > MOST_THREADS || sparseBytes < 0) {
            throw new IllegalArgumentException(
                    "%d threads, holes of %d bytes: there can be 1 to %d threads, and no hole is less than nothing"
                            .formatted(threads, sparseBytes, MOST_THREADS));
        }
    }

    /** The same with another number of threads. */
    public CopyOptions withThreads(int number) {
        return new CopyOptions(number, sparseBytes, ownOnly);
    }

    /** The same with another size from which on zeroes are holes. */
    public CopyOptions withSparseBytes(int bytes) {
        return new CopyOptions(threads, bytes, ownOnly);
    }

    /** The same without what the source leaves to the images below. */
    public CopyOptions ofOwnOnly() {
        return new CopyOptions(threads, sparseBytes, true);
    }
}
