package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.worker.execution.DroppedException;
import dev.cistern.worker.folder.Copies;
import dev.cistern.worker.folder.JournalEntry.FileRef;
import dev.cistern.worker.folder.JournalEntry.Intent;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Removes a copy that was kept of an image; one that is gone already is none to keep either.
 *
 * <p>The order on disk: the intent, the removal of the file by which it is opened, that of the
 * others, the volume's record, the outcome. On a full file system, where nothing can be written
 * down, the copy goes first.
 */
final class DropCopy implements VolumeHandler<Command.DropCopy> {
    @Override
    public List<String> crashPoints() {
        return List.of("intent", "image-removed", "change");
    }

    @Override
    public Result apply(Command.DropCopy command, VolumeWork volume) throws IOException {
        volume.work().stage("deleting a snapshot");
        var image = ImageFile.of(command, volume);
        var snapshot = command.snapshot().id();
        var kept = copy(command, volume);
        if (kept.isPresent()) {
            var file = new FileRef(Copies.path(command.volumeId(), snapshot), kept.get().inode());
            volume.intendIfRoom(new Intent(volume.work().attempt(), List.of(file)));
            volume.requireLeave();
            volume.pool().copies().drop(command.volumeId(), snapshot);
        }
        volume.work().crashPoint("image-removed");
        volume.pool().copies().dropExtents(command.volumeId(), snapshot);
        volume.work().crashPoint("change");
        return finish(command, image, volume);
    }

    @Override
    public @Nullable Result settle(Command.DropCopy command, VolumeWork volume) throws IOException {
        if (volume.intent() == null || copy(command, volume).isPresent()) {
            return null;
        }
        volume.pool().copies().dropExtents(command.volumeId(), command.snapshot().id());
        return finish(command, ImageFile.of(command, volume), volume);
    }

    private static Optional<FileStatus> copy(Command.DropCopy command, VolumeWork volume)
            throws IOException {
        return volume.pool().copies().find(command.volumeId(), command.snapshot().id());
    }

    /** The copy is gone by now, so nothing that fails here is a failure of it. */
    private static Result finish(Command.DropCopy command, ImageFile image, VolumeWork volume) {
        try {
            return InPlace.changed(command, image, volume);
        } catch (IOException | ProblemException e) {
            throw new DroppedException("the copy is gone, but " + e.getMessage(), e);
        }
    }
}
