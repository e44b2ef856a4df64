package dev.cistern.cli.volume;

import dev.cistern.cli.http.Api;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Route;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * How verbs are told which volume: as virsh is, by name, key (here: id) or path, and by {@code
 * --pool} in which pool.
 */
public class VolumeArgument {
    @Parameters(
            index = "0",
            paramLabel = "VOL",
            description = "name of the volume, its id, its path, or POOL:NAME")
    private String volume = "";

    @Option(
            names = "--pool",
            paramLabel = "POOL",
            description = "its pool, if volumes of other pools have the name too")
    private @Nullable String pool;

    /** The pool that was named, or null. */
    @Nullable String pool() {
        return pool;
    }

    /**
     * The route of the one volume that is meant.
     *
     * @throws Failure if there is none or it could be several
     */
    public final Route route(Api api) throws Failure {
        return reference().route(api);
    }

    /** What was said of the volume. */
    VolumeReference reference() {
        return new VolumeReference(volume, pool(), "--pool");
    }

    @Override
    public final String toString() {
        return volume;
    }
}
