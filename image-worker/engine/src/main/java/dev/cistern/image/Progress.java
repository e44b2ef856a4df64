package dev.cistern.image;

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
}
