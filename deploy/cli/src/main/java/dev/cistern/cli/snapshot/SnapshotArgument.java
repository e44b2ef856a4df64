package dev.cistern.cli.snapshot;

import dev.cistern.cli.http.Api;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.volume.VolumeArgument;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** How verbs are told which snapshot: by volume, and by name or id. */
final class SnapshotArgument {
    @Mixin private VolumeArgument volume = new VolumeArgument();

    @Parameters(index = "1", paramLabel = "SNAPSHOT", description = "name or id of the snapshot")
    private String snapshot = "";

    /** The route of the snapshot. */
    Route route(Api api) throws Failure {
        return volume.route(api).then("snapshots").then(snapshot);
    }

    @Override
    public String toString() {
        return snapshot;
    }
}
