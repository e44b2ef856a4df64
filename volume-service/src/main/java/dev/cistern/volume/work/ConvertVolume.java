package dev.cistern.volume.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.volume.ConvertRequest;
import dev.cistern.volume.Volume;
import java.util.UUID;

/** Gives volumes another format, under the same name. */
record ConvertVolume(Workshop workshop) implements Change {
    static final String KIND = "ConvertVolume";

    /** To what. */
    record Request(String format, ImageOptions options) {}

    /** What the user sees of a success. */
    private record Converted(UUID volumeId, String format, long capacity, long allocation) {}

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String verb() {
        return "converted";
    }

    @Override
    public Command.OnImage command(Operation operation, Volume volume, PoolPlace pool) {
        workshop.chains().requireNoChildren(volume, "converted");
        workshop.snapshots().requireNone(volume);
        var request = operation.request(Request.class);
        ConvertRequest.require(request.format(), volume.capacity(), request.options());
        return new Command.ConvertVolume(
                pool,
                volume.id(),
                volume.generation(),
                volume.image(),
                request.format(),
                request.options());
    }

    @Override
    public void completed(Operation operation, Volume before, Result.OfFile result) {
        workshop.volumes().converted(before.id(), operation.request(Request.class).format());
    }

    @Override
    public Object shown(Operation operation, Volume now, Result.OfFile result) {
        return new Converted(now.id(), now.format(), now.capacity(), now.allocation());
    }
}
