package dev.cistern.volume.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageEncryption;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.volume.ConvertRequest;
import dev.cistern.volume.Volume;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

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
        volume.requireReadable();
        var request = operation.request(Request.class);
        var options = request.options().encrypted(encryption(request, volume));
        ConvertRequest.require(request.format(), volume.capacity(), options);
        return new Command.ConvertVolume(
                pool, volume.id(), volume.generation(), volume.image(), request.format(), options);
    }

    /** A qcow2 image stays encrypted with its secret unless another one is asked for. */
    private static @Nullable ImageEncryption encryption(Request request, Volume volume) {
        var asked = request.options().encryption();
        var before = volume.encryption();
        return asked == null && before != null && request.format().equals("qcow2")
                ? before.anew()
                : asked;
    }

    @Override
    public void completed(Operation operation, Volume before, Result.OfFile result) {
        var request = operation.request(Request.class);
        workshop.volumes().remade(before.id(), request.format(), encryption(request, before));
    }

    @Override
    public Object shown(Operation operation, Volume now, Result.OfFile result) {
        return new Converted(now.id(), now.format(), now.capacity(), now.allocation());
    }
}
