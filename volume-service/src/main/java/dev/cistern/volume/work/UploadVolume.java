package dev.cistern.volume.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.ImageEncryption;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.volume.Upload;
import dev.cistern.volume.Volume;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Gives volumes what clients deliver, under the same name. */
record UploadVolume(Workshop workshop) implements Change {

    /** What the user sees of a success. */
    private record Uploaded(UUID volumeId, long capacity, long allocation) {}

    @Override
    public String kind() {
        return Upload.KIND;
    }

    @Override
    public String verb() {
        return "uploaded";
    }

    @Override
    public Command.OnImage command(Operation operation, Volume volume, PoolPlace pool) {
        workshop.chains().requireNoChildren(volume, "replaced");
        workshop.snapshots().requireNone(volume);
        var upload = operation.request(Upload.class);
        return new Command.UploadVolume(
                pool,
                volume.id(),
                volume.generation(),
                volume.image(),
                upload.ticket(),
                upload.bytes(volume),
                upload.capacity(volume),
                upload.onto());
    }

    /** What is known of the content that the volume had says nothing of this one. */
    @Override
    public void completed(Operation operation, Volume before, Result.OfFile result) {
        workshop.volumes().remade(before.id(), before.format(), encryption(before, result.file()));
    }

    /** A secret that opened the volume is the first that one would try. */
    private static @Nullable ImageEncryption encryption(Volume before, FileFacts file) {
        var seen = file.options() == null ? null : file.options().encryption();
        var known = before.encryption();
        return seen == null || known == null
                ? seen
                : new ImageEncryption(seen.format(), known.secret());
    }

    @Override
    public Object shown(Operation operation, Volume now, Result.OfFile result) {
        return new Uploaded(now.id(), now.capacity(), now.allocation());
    }
}
