package dev.cistern.image.qcow2;

import java.io.IOException;

/** Runs what must have an open image for itself, once it may be changed. */
@FunctionalInterface
interface Exclusively {
    /** What is done meanwhile. */
    @FunctionalInterface
    interface Change {
        void run() throws IOException;
    }

    /** Waits until everything else has ended. */
    void run(Change change) throws IOException;
}
