package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
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
        if (!volume.hasPublished()) {
            rename(command, ImageFile.of(command, volume), volume);
        }
        return finish(command, volume);
    }

    @Override
    public @Nullable Result settle(Command.RenameVolume command, VolumeWork volume)
            throws IOException {
        return volume.hasPublished() ? finish(command, volume) : null;
    }

    private static void rename(Command.RenameVolume command, ImageFile image, VolumeWork volume)
            throws IOException {
        var files = volume.pool().files();
        if (files.status(command.newName()).isPresent()) {
            throw exists(command);
        }
        try (var set = ImageSet.locked(files, image.file(), volume)) {
            if (set.files().size() > 1) {
                throw new ProblemException(
                        ProblemCode.UNSUPPORTED,
                        "%s is made of several files, which name each other: convert it into one file first"
                                .formatted(image.file().name()));
            }
            var renamed = new FileRef(command.newName(), image.file().inode());
            volume.intend(new Intent(volume.work().attempt(), List.of(renamed)));
            volume.requireLeave();
            image.requireSame();
            files.renameNoReplace(image.file().name(), files, command.newName());
        } catch (FileAlreadyExistsException _) {
            throw exists(command);
        }
    }

    private static ProblemException exists(Command.RenameVolume command) {
        return new ProblemException(
                ProblemCode.FILE_EXISTS,
                "the pool folder %s has a file %s already, which stays as it is: choose another name"
                        .formatted(command.pool().path(), command.newName()));
    }

    private static Result finish(Command.RenameVolume command, VolumeWork volume) {
        return GivenName.finish(command, command.newName(), "the file has its new name", volume);
    }
}
