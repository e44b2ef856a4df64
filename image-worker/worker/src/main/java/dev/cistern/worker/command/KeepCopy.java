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
 * Keeps what an image is now as files of their own, by reflink where the file system can. Nobody
 * writes to the image meanwhile.
 *
 * <p>The order on disk: the copy's bytes, the intent, the names of its extents if it is of several
 * files, its name, its folder, the volume's record, the outcome.
 */
final class KeepCopy implements VolumeHandler<Command.KeepCopy> {
    private static final int MODE = 0600;

    @Override
    public List<String> crashPoints() {
        return List.of("stage", "intent", "extents", "publish");
    }

    @Override
    public Result apply(Command.KeepCopy command, VolumeWork volume) throws IOException {
        volume.work().stage("taking a snapshot");
        if (!isKept(command, volume, volume.work().attempt())) {
            keep(command, volume);
        }
        return finish(command, volume);
    }

    @Override
    public @Nullable Result settle(Command.KeepCopy command, VolumeWork volume) throws IOException {
        return isKept(command, volume, Integer.MAX_VALUE) ? finish(command, volume) : null;
    }

    /**
     * Whether there is the copy; what attempts up to this one have made of one that is not there is
     * taken away.
     */
    private static boolean isKept(Command.KeepCopy command, VolumeWork volume, int upTo)
            throws IOException {
        volume.withdraw(upTo);
        var copies = volume.pool().copies();
        var snapshot = command.snapshot().id();
        if (copies.find(command.volumeId(), snapshot).isPresent()) {
            return true;
        }
        copies.dropExtents(command.volumeId(), snapshot);
        return false;
    }

    private static void keep(Command.KeepCopy command, VolumeWork volume) throws IOException {
        var image = ImageFile.of(command, volume);
        try (var held = image.hold(Access.READ);
                var staged =
                        volume.pool()
                                .staging()
                                .begin(volume.operation(), volume.work().attempt())) {
            make(command, image, held, staged, volume);
            volume.work().crashPoint("stage");
            publish(command, staged, volume);
        } catch (IOException | ProblemException e) {
            undo(command, volume, e);
            throw e;
        }
    }

    private static void undo(Command.KeepCopy command, VolumeWork volume, Exception failure) {
        try {
            volume.pool().requireInPlace();
            var _ = isKept(command, volume, volume.work().attempt());
        } catch (IOException | ProblemException e) {
            failure.addSuppressed(e);
        }
    }

    private static void make(
            Command.KeepCopy command,
            ImageFile image,
            FileStorage held,
            StagedFiles staged,
            VolumeWork volume)
            throws IOException {
        var name = image.file().name();
        var info = image.info();
        var permissions = new Permissions(-1, -1, MODE);
        if (!SetCopy.isSeveral(info)) {
            SingleFile.require(name, info, true);
            copy(held, staged, permissions, volume);
            return;
        }
        var set = SetCopy.of(image.folder(), name, Copies.name(command.snapshot().id()));
        try (var _ = HeldExtents.of(image.folder(), set.extents())) {
            var _ = set.make(held, SetCopy.Way.SHARE, staged, permissions, volume.progress());
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
        volume.pool().copies().publishExtents(staged, command.volumeId());
        volume.work().crashPoint("extents");
        volume.pool().copies().publish(staged, command.volumeId(), snapshot);
    }

    /** The copy is there by now, so nothing that fails here is a failure of it. */
    private static Result finish(Command.KeepCopy command, VolumeWork volume) {
        try {
            volume.work().crashPoint("publish");
            volume.withdraw(Integer.MAX_VALUE);
            var kept = KeptFiles.copy(command.volumeId(), command.snapshot().id(), volume.pool());
            return InPlace.changed(command, ImageFile.of(command, volume), kept, volume);
        } catch (IOException | ProblemException e) {
            throw new DroppedException("the copy is kept, but " + e.getMessage(), e);
        }
    }
}
