package dev.cistern.cli.volume;

import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Route;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How verbs are told which volume. */
final class VolumeName {
    @Parameters(
            index = "0",
            paramLabel = "VOL",
            description = "name of the volume, its id, or POOL:NAME")
    private String volume = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "POOL",
            description = "its pool, if only the name is given")
    private String poolAfter = "";

    @Option(names = "--pool", paramLabel = "POOL", description = "the same")
    private String pool = "";

    Route route() throws Failure {
        var in = pool.isEmpty() ? poolAfter : pool;
        return Route.of("volumes", in.isEmpty() ? volume : in + ":" + volume);
    }

    String name() {
        return volume;
    }
}
