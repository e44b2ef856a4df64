package dev.cistern.volume.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.WipeAlgorithm;
import dev.cistern.common.operation.Operation;
import dev.cistern.volume.Volume;
import java.util.UUID;

/** Overwrites what volumes have, such that nobody reads it again. */
record WipeVolume(Workshop workshop) implements Change {
    static final String KIND = "WipeVolume";

    /** How. */
    record Request(WipeAlgorithm algorithm) {}

    /** What the user sees of a success. */
    private record Wiped(UUID volumeId, WipeAlgorithm algorithm) {}

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String verb() {
        return "wiped";
    }

    @Override
    public Command.OnImage command(Operation operation, Volume volume, PoolPlace pool) {
        workshop.chains().requireNoChildren(volume, "wiped");
        return new Command.WipeVolume(
                pool,
                volume.id(),
                volume.generation(),
                volume.image(),
                operation.request(Request.class).algorithm());
    }

    @Override
    public Object shown(Operation operation, Volume now, Result.OfFile result) {
        return new Wiped(now.id(), operation.request(Request.class).algorithm());
    }
}
