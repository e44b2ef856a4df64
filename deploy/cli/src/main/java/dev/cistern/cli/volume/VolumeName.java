package dev.cistern.cli.volume;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** The same, for verbs that take the pool as their second word too. */
public final class VolumeName extends VolumeArgument {
    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "POOL",
            description = "the same as --pool")
    private @Nullable String poolAfter;

    @Override
    @Nullable String pool() {
        var named = super.pool();
        return named == null ? poolAfter : named;
    }
}
