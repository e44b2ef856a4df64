package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.storage.Access;
import dev.cistern.worker.folder.JournalEntry.FileRef;
import dev.cistern.worker.folder.JournalEntry.Intent;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives a volume's file another name, while nobody has it open.
 *
 * <p>The order on disk: the intent, the name, the folder, the volume's record, the outcome.
 *
 * <p>The extents of a vmdk image of several files get second names, then a descriptor that has
 * those is published as any new image is, and then the old names go. Whatever cuts that off, the
 * image is there under its old name or under its new one.
 */
final class RenameVolume implements VolumeHandler<Command.RenameVolume> {

    @Override
    public List<String> crashPoints() {
        return List.of("intent", "publish");
    }

    @Override
    public Result apply(Command.RenameVolume command, VolumeWork volume) throws IOException {
        VolumeNames.require(command.newName());
        volume.work().stage("renaming");
        volume.withdraw(volume.work().attempt());
        if (!volume.hasPublished()) {
            rename(command, ImageFile.of(command, volume), volume);
        }
        return finish(command, volume);
    }

    @Override
    public @Nullable Result settle(Command.RenameVolume command, VolumeWork volume)
            throws IOException {
        volume.withdraw(Integer.MAX_VALUE);
        return volume.hasPublished() ? finish(command, volume) : null;
    }

    private static void rename(Command.RenameVolume command, ImageFile image, VolumeWork volume)
            throws IOException {
        var files = volume.pool().files();
        if (files.status(command.newName()).isPresent()) {
            throw exists(command, command.newName());
        }
        try (var set = ImageSet.locked(image.file(), image.format().text(), volume.pool())) {
            if (set.isSeveral()) {
                renameAll(command, image, set, volume);
            } else {
                renameOne(command, image, volume);
            }
        } catch (FileAlreadyExistsException e) {
            throw exists(command, VolumeNames.last(e));
        }
    }

    private static void renameOne(Command.RenameVolume command, ImageFile image, VolumeWork volume)
            throws IOException {
        var files = volume.pool().files();
        var renamed = new FileRef(command.newName(), image.file().inode());
        volume.intend(new Intent(volume.work().attempt(), List.of(renamed)));
        volume.requireLeave();
        image.requireSame();
        files.renameNoReplace(image.file().name(), files, command.newName());
    }

    private static void renameAll(
            Command.RenameVolume command, ImageFile image, ImageSet set, VolumeWork volume)
            throws IOException {
        var files = volume.pool().files();
        try (var staged =
                        volume.pool().staging().begin(volume.operation(), volume.work().attempt());
                var descriptor = files.openFile(image.file().name(), Access.READ)) {
            var _ =
                    SetCopy.of(files, image.file().name(), command.newName())
                            .make(
                                    descriptor,
                                    SetCopy.Way.LINK,
                                    staged,
                                    image.permissions(),
                                    volume.progress());
            volume.work().crashPoint("stage");
            volume.intend(
                    new Intent(volume.work().attempt(), staged.files(command.newName()))
                            .replacing(set.files()));
            volume.requireLeave();
            image.requireSame();
            staged.publishExtents(files);
            volume.work().crashPoint("extents");
            staged.publish(files, command.newName());
            staged.discard();
        } catch (IOException | ProblemException e) {
            volume.undo(e);
            throw e;
        }
    }

    private static ProblemException exists(Command.RenameVolume command, String file) {
        return new ProblemException(
                ProblemCode.FILE_EXISTS,
                "the pool folder %s has a file %s already, which stays as it is: choose another name"
                        .formatted(command.pool().path(), file));
    }

    private static Result finish(Command.RenameVolume command, VolumeWork volume) {
        return GivenName.finish(command, command.newName(), "the file has its new name", volume);
    }
}
