package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.image.storage.Access;
import dev.cistern.worker.folder.StagedFiles;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes an image what a copy has kept: a copy of the copy takes the image's name. */
final class ReturnToCopy implements VolumeHandler<Command.ReturnToCopy> {
    @Override
    public List<String> crashPoints() {
        return Replacement.CRASH_POINTS;
    }

    @Override
    public Result apply(Command.ReturnToCopy command, VolumeWork volume) throws IOException {
        volume.work().stage("reverting to a snapshot");
        var file =
                replacement(command, volume)
                        .apply((old, staged) -> make(command, old, staged, volume));
        return new Result.VolumeChanged(command.volumeId(), file);
    }

    @Override
    public @Nullable Result settle(Command.ReturnToCopy command, VolumeWork volume)
            throws IOException {
        var file = replacement(command, volume).settle();
        return file == null ? null : new Result.VolumeChanged(command.volumeId(), file);
    }

    private static Replacement replacement(Command.ReturnToCopy command, VolumeWork volume) {
        return new Replacement(command, command.image().format(), volume);
    }

    private static void make(
            Command.ReturnToCopy command, ImageFile old, StagedFiles staged, VolumeWork volume)
            throws IOException {
        SingleFile.require(old.file().name(), old.info(), true);
        var snapshot = command.snapshot();
        volume.pool().copies().require(command.volumeId(), snapshot, old.file().name());
        try (var copies = volume.pool().copies().of(command.volumeId());
                var kept = copies.openFile(snapshot.id().toString(), Access.READ)) {
            KeepCopy.copy(kept, staged, old.permissions(), volume);
        }
    }
}
