package dev.cistern.volume.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.volume.Volume;
import java.util.UUID;

/** Makes volumes independent of those that they build on. */
record FlattenVolume() implements Change {
    static final String KIND = "FlattenVolume";

    /** What the user sees of a success. */
    private record Flattened(UUID volumeId, long allocation) {}

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String verb() {
        return "flattened";
    }

    @Override
    public Command.OnImage command(Operation operation, Volume volume, PoolPlace pool) {
        return new Command.FlattenVolume(pool, volume.id(), volume.generation(), volume.image());
    }

    @Override
    public Object shown(Operation operation, Volume now, Result.OfFile result) {
        return new Flattened(now.id(), now.allocation());
    }
}
