package dev.cistern.image.storage;

import java.io.IOException;

/** Copies a file with its holes, as the file system does it best. */
public final class FileCopy {
    /** Most that is copied between two looks at whether to go on, bytes. */
    private static final long STEP_BYTES = 4 << 20;

    private FileCopy() {}

    /** How a file was copied. */
    public enum Method {
        /** Both files share their blocks until one of them changes. */
        REFLINK,
        /** What is no hole was copied. */
        COPY
    }

    /** Is told how far a copy has come, and may stop it by what it throws. */
    @FunctionalInterface
    public interface Progress {
        /**
         * So much is done.
         *
         * @param bytes of the file, holes included
         */
        void reached(long bytes, long of) throws IOException;

        /** So many bytes were copied, after each step of some MiB. May wait. */
        default void copied(long bytes) throws IOException {}
    }

    /**
     * Makes an empty file the same as another. The caller syncs it.
     *
     * @param from does not change meanwhile
     */
    public static Method copy(FileStorage from, FileStorage to, Progress progress)
            throws IOException {
        if (to.cloneFrom(from)) {
            return Method.REFLINK;
        }
        copyBytes(from, to, progress);
        return Method.COPY;
    }

    /**
     * The same without the wish that both share their blocks, though a file system may have them do
     * so.
     */
    public static void copyBytes(FileStorage from, FileStorage to, Progress progress)
            throws IOException {
        var size = from.size();
        to.truncate(size);
        for (var at = from.nextData(0); at < size; at = from.nextData(at)) {
            var end = Math.min(size, Math.max(from.nextHole(at), at + 1));
            for (; at < end; at = Math.min(end, at + STEP_BYTES)) {
                progress.reached(at, size);
                var step = Math.min(STEP_BYTES, end - at);
                to.copyFrom(from, at, at, step);
                progress.copied(step);
            }
        }
        progress.reached(size, size);
    }
}
