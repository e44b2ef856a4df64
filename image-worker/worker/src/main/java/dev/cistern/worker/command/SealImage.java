package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.SealedFile;
import dev.cistern.common.problem.ProblemException;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Has a volume go on in a new image over the one that it has, which gets a name of its own and is
 * not written to any more. That takes as long for a large image as for a small one.
 *
 * <p>The order on disk: the new image's bytes, the intent, the old image's second name, its folder,
 * the new image in its place, the folder, the volume's record, the outcome.
 */
final class SealImage implements VolumeHandler<Command.SealImage> {
    private static final String OTHERWISE =
            "take the snapshot inside of the image, or rid it of that first";

    @Override
    public List<String> crashPoints() {
        return List.of("stage", "intent", "seal", "publish");
    }

    @Override
    public Result apply(Command.SealImage command, VolumeWork volume) throws IOException {
        volume.work().stage("taking a snapshot");
        try {
            var file =
                    replacement(command, volume)
                            .apply(
                                    (old, staged) -> {
                                        var info = old.info();
                                        Overlay.requirePlain(old.file().name(), info, OTHERWISE);
                                        Overlay.make(old, sealed(command), info, staged);
                                    });
            return new Result.VolumeChanged(command.volumeId(), file);
        } catch (IOException | ProblemException e) {
            unseal(command, volume, e);
            throw e;
        }
    }

    @Override
    public @Nullable Result settle(Command.SealImage command, VolumeWork volume)
            throws IOException {
        var file = replacement(command, volume).settle();
        if (file == null) {
            unseal(command, volume);
            return null;
        }
        return new Result.VolumeChanged(command.volumeId(), file);
    }

    private static Replacement replacement(Command.SealImage command, VolumeWork volume) {
        return new Replacement(
                command,
                command.image().format(),
                volume,
                old -> {
                    volume.pool()
                            .sealedFiles()
                            .seal(old.file(), command.volumeId(), command.snapshot().id());
                    volume.work().crashPoint("seal");
                });
    }

    private static String sealed(Command.SealImage command) {
        return SealedFile.name(command.volumeId(), command.snapshot().id());
    }

    private static void unseal(Command.SealImage command, VolumeWork volume, Exception failure) {
        try {
            volume.pool().requireInPlace();
            unseal(command, volume);
        } catch (IOException | ProblemException e) {
            failure.addSuppressed(e);
        }
    }

    private static void unseal(Command.SealImage command, VolumeWork volume) throws IOException {
        volume.pool()
                .sealedFiles()
                .unseal(command.image().name(), command.volumeId(), command.snapshot().id());
    }
}
