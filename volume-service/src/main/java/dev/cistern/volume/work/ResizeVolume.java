package dev.cistern.volume.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.Resize;
import dev.cistern.volume.Volume;
import java.util.UUID;

/** Gives volumes another capacity. */
record ResizeVolume(Workshop workshop) implements Change {

    /** What the user sees of a success. */
    private record Resized(UUID volumeId, long capacity, long allocation) {}

    @Override
    public String kind() {
        return Resize.KIND;
    }

    @Override
    public String verb() {
        return "resized";
    }

    @Override
    public Command.OnImage command(Operation operation, Volume volume, PoolPlace pool) {
        var resize = operation.request(Resize.class);
        if (resize.allocate() && !volume.format().equals("raw")) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED,
                    "volume '%s' is of format %s; only raw images take the space of what is added at once"
                            .formatted(volume.name(), volume.format()));
        }
        var capacity = resize.capacity(volume.capacity());
        if (capacity < volume.capacity()) {
            workshop.chains().requireNoChildren(volume, "shrunk");
        }
        return new Command.ResizeVolume(
                pool,
                volume.id(),
                volume.generation(),
                volume.image(),
                capacity,
                resize.shrink(),
                resize.allocate());
    }

    @Override
    public Object shown(Operation operation, Volume now, Result.OfFile result) {
        return new Resized(now.id(), now.capacity(), now.allocation());
    }
}
