package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.FileCopy;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.worker.execution.DroppedException;
import dev.cistern.worker.folder.Copies;
import dev.cistern.worker.folder.JournalEntry.FileRef;
import dev.cistern.worker.folder.JournalEntry.Intent;
import dev.cistern.worker.folder.StagedFiles;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what an image is now as a file of its own, by reflink where the file system can. Nobody
 * writes to the image meanwhile.
 *
 * <p>The order on disk: the copy's bytes, the intent, its name, its folder, the volume's record,
 * the outcome.
 */
final class KeepCopy implements VolumeHandler<Command.KeepCopy> {
    private static final int MODE = 0600;

    @Override
    public List<String> crashPoints() {
        return List.of("stage", "intent", "publish");
    }

    @Override
    public Result apply(Command.KeepCopy command, VolumeWork volume) throws IOException {
        volume.work().stage("taking a snapshot");
        volume.withdraw(volume.work().attempt());
        if (!isKept(command, volume)) {
            keep(command, volume);
        }
        return finish(command, volume);
    }

    @Override
    public @Nullable Result settle(Command.KeepCopy command, VolumeWork volume) throws IOException {
        volume.withdraw(Integer.MAX_VALUE);
        return isKept(command, volume) ? finish(command, volume) : null;
    }

    private static boolean isKept(Command.KeepCopy command, VolumeWork volume) throws IOException {
        return volume.pool().copies().find(command.volumeId(), command.snapshot().id()).isPresent();
    }

    private static void keep(Command.KeepCopy command, VolumeWork volume) throws IOException {
        var image = ImageFile.of(command, volume);
        SingleFile.require(image.file().name(), image.info(), true);
        try (var held = image.hold(Access.READ);
                var staged =
                        volume.pool()
                                .staging()
                                .begin(volume.operation(), volume.work().attempt())) {
            copy(held, staged, new Permissions(-1, -1, MODE), volume);
            volume.work().crashPoint("stage");
            publish(command, staged, volume);
        } catch (IOException | ProblemException e) {
            volume.undo(e);
            throw e;
        }
    }

    /** Makes a copy of a file, durably, which shares its blocks where that is possible. */
    static void copy(
            FileStorage from, StagedFiles staged, Permissions permissions, VolumeWork volume)
            throws IOException {
        try (var file = staged.createImage(permissions)) {
            if (!file.cloneFrom(from)) {
                FileCopy.copyBytes(from, file, volume.progress().ofFile());
            }
            file.sync();
        }
    }

    private static void publish(Command.KeepCopy command, StagedFiles staged, VolumeWork volume)
            throws IOException {
        staged.requireInPlace();
        var snapshot = command.snapshot().id();
        var file = new FileRef(Copies.path(command.volumeId(), snapshot), staged.image().inode());
        volume.intend(new Intent(volume.work().attempt(), List.of(file)));
        volume.requireLeave();
        volume.pool().copies().publish(staged, command.volumeId(), snapshot);
    }

    /** The copy is there by now, so nothing that fails here is a failure of it. */
    private static Result finish(Command.KeepCopy command, VolumeWork volume) {
        try {
            volume.work().crashPoint("publish");
            volume.withdraw(Integer.MAX_VALUE);
            return InPlace.changed(command, ImageFile.of(command, volume), volume);
        } catch (IOException | ProblemException e) {
            throw new DroppedException("the copy is kept, but " + e.getMessage(), e);
        }
    }
}
