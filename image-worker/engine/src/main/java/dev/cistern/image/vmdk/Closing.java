package dev.cistern.image.vmdk;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** Closes many things, whatever becomes of each. */
final class Closing {
    private Closing() {}

    /** Closes all; the first failure is told at the end, with the others. */
    static void all(List<? extends Closeable> things) throws IOException {
        IOException first = null;
        for (var thing : things) {
            try {
                thing.close();
            } catch (IOException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
