package dev.cistern.volume.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.volume.Volume;
import java.util.UUID;

/** Gives the space back that volumes spend on zeroes. */
record CompactVolume() implements Change {
    static final String KIND = "CompactVolume";

    /** What the user sees of a success. */
    private record Compacted(UUID volumeId, long allocation) {}

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String verb() {
        return "compacted";
    }

    @Override
    public Command.OnImage command(Operation operation, Volume volume, PoolPlace pool) {
        return new Command.CompactVolume(pool, volume.id(), volume.generation(), volume.image());
    }

    @Override
    public Object shown(Operation operation, Volume now, Result.OfFile result) {
        return new Compacted(now.id(), now.allocation());
    }
}
