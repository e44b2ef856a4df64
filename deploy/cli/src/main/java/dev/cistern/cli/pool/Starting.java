package dev.cistern.cli.pool;

import dev.cistern.cli.http.Route;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whether a pool is built before it is started. */
final class Starting {
    @Option(names = "--build", description = "makes its folder before")
    private boolean build;

    @Mixin private BuildOptions options = new BuildOptions();

    boolean builds() {
        return build || options.any();
    }

    Route build(Route pool) {
        return options.of(pool);
    }
}
