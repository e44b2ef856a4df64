package dev.cistern.image;

import dev.cistern.image.storage.FileCopy;
import java.io.IOException;

/** Hears how far a long piece of work has come, and may end it. */
@FunctionalInterface
public interface Progress {
    /** Listens to nothing. */
    Progress NONE = (_, _) -> {};

    /**
     * Some of the work has been done. What is thrown here ends the work and reaches whoever asked
     * for it; the images then read as they did before.
     *
     * @param done bytes of the image that need no more work
     * @param total all bytes of the image; may grow while the work goes on
     */
    void at(long done, long total) throws IOException;

    /**
     * Bytes were copied from one image to another, after each step of at most a few MiB. May wait,
     * to slow the work down.
     */
    default void copied(long bytes) throws IOException {}

    /** The same of a file that is copied as it is. */
    default FileCopy.Progress ofFile() {
        return new FileCopy.Progress() {
            @Override
            public void reached(long bytes, long of) throws IOException {
                at(bytes, of);
            }

            @Override
            public void copied(long bytes) throws IOException {
                Progress.this.copied(bytes);
            }
        };
    }
}
