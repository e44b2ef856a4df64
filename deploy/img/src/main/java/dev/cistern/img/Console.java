package dev.cistern.img;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * What surrounds a run.
 *
 * @param folder from which relative names of files count
 */
record Console(Path folder, InputStream in, PrintStream out, PrintStream err) {
    /** What the program calls itself, where qemu-img says {@code qemu-img}. */
    static final String PROGRAM = "cistern img";

    /** Tells of an error. */
    void report(String message) {
        err.print(PROGRAM + ": " + message + "\n");
    }

    /** Tells of a failure. */
    void report(Failure failure) {
        failure.reports().forEach(this::report);
        err.print(failure.hint());
    }

    /** The file of a name. */
    Path resolve(String name) {
        return folder.resolve(name);
    }
}
