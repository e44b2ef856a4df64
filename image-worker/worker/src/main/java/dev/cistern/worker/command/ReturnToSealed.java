package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.worker.folder.StagedFiles;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Has a volume go on in a new image over a sealed file; the image that it has is lost. */
final class ReturnToSealed implements VolumeHandler<Command.ReturnToSealed> {
    @Override
    public List<String> crashPoints() {
        return Replacement.CRASH_POINTS;
    }

    @Override
    public Result apply(Command.ReturnToSealed command, VolumeWork volume) throws IOException {
        volume.work().stage("reverting to a snapshot");
        var file =
                replacement(command, volume)
                        .apply((old, staged) -> make(command, old, staged, volume));
        return new Result.VolumeChanged(command.volumeId(), file);
    }

    @Override
    public @Nullable Result settle(Command.ReturnToSealed command, VolumeWork volume)
            throws IOException {
        var file = replacement(command, volume).settle();
        return file == null ? null : new Result.VolumeChanged(command.volumeId(), file);
    }

    private static Replacement replacement(Command.ReturnToSealed command, VolumeWork volume) {
        return new Replacement(command, command.image().format(), volume);
    }

    private static void make(
            Command.ReturnToSealed command, ImageFile old, StagedFiles staged, VolumeWork volume)
            throws IOException {
        var image = old.file().name();
        var snapshot = command.snapshot();
        var sealed = Overlay.name(command);
        volume.pool().sealedFiles().require(sealed, snapshot, image);
        Overlay.requirePlain(image, old.info(), "that would be lost; rid it of that first");
        Overlay.make(old, sealed, sealed, staged);
    }
}
