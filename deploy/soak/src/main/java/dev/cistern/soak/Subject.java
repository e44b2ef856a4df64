package dev.cistern.soak;

import java.io.IOException;
import java.nio.file.Path;

/** An image that is tried out. */
@FunctionalInterface
public interface Subject {
    /** Lays it into an empty folder, as the file {@code image} and whatever it names. */
    void layInto(Path folder) throws IOException;
}
