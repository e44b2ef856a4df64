package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.worker.execution.DroppedException;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Has a volume go on in a new image over the one that it has, which gets a name of its own and is
 * not written to any more. That takes as long for a large image as for a small one.
 *
 * <p>The order on disk: the new image's bytes, the intent, the old image's second name, its folder,
 * the new image in its place, the folder, the volume's record, the old image's own word for its
 * name if it has one, the outcome.
 */
final class SealImage implements VolumeHandler<Command.SealImage> {
    private static final String OTHERWISE =
            "take a snapshot of another kind, or rid it of that first";

    @Override
    public List<String> crashPoints() {
        return List.of("stage", "intent", "seal", "extents", "publish");
    }

    @Override
    public Result apply(Command.SealImage command, VolumeWork volume) throws IOException {
        volume.work().stage("taking a snapshot");
        try {
            var file =
                    replacement(command, volume)
                            .apply(
                                    (old, staged) -> {
                                        Overlay.requirePlain(
                                                old.file().name(), old.info(), OTHERWISE);
                                        Overlay.make(
                                                old,
                                                old.file().name(),
                                                Overlay.name(command),
                                                staged);
                                    });
            return sealed(command, file, volume);
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
        return sealed(command, file, volume);
    }

    /** The image is in its place by now, so nothing that fails here is a failure of it. */
    private static Result sealed(Command.SealImage command, FileFacts file, VolumeWork volume) {
        try {
            var name = Overlay.name(command);
            Overlay.named(volume.pool().files(), name, command.image().format());
            return new Result.VolumeChanged(
                    command.volumeId(),
                    file,
                    KeptFiles.sealed(command.snapshot().id(), name, volume.pool()));
        } catch (IOException e) {
            throw new DroppedException("the image is sealed, but " + e.getMessage(), e);
        }
    }

    private static Replacement replacement(Command.SealImage command, VolumeWork volume) {
        return new Replacement(
                command,
                command.image().format(),
                volume,
                old -> {
                    volume.pool()
                            .sealedFiles()
                            .seal(old.file(), command.volumeId(), Overlay.name(command));
                    volume.work().crashPoint("seal");
                });
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
        volume.pool().sealedFiles().unseal(command.image().name(), Overlay.name(command));
    }
}
