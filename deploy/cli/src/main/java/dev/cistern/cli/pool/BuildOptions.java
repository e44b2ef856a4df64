package dev.cistern.cli.pool;

import dev.cistern.cli.http.Route;
import picocli.CommandLine.Option;

/** What building a pool may do to its device. */
final class BuildOptions {
    @Option(
            names = "--overwrite",
            description = "makes the file system, whatever is on the device (type fs)")
    private boolean overwrite;

    @Option(
            names = "--no-overwrite",
            description = "makes the file system if nothing is on the device (type fs)")
    private boolean noOverwrite;

    /** The request to build a pool. */
    Route of(Route pool) {
        return pool.then("build")
                .with("overwrite", overwrite ? "true" : null)
                .with("noOverwrite", noOverwrite ? "true" : null);
    }

    /** Whether one of them is given, which says to build. */
    boolean any() {
        return overwrite || noOverwrite;
    }
}
