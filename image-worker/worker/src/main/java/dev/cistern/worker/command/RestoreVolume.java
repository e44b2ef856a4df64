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
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Brings a volume's file back that was put aside, under its name or another one. */
final class RestoreVolume implements VolumeHandler<Command.RestoreVolume> {

    @Override
    public List<String> crashPoints() {
        return List.of("intent", "publish");
    }

    @Override
    public Result apply(Command.RestoreVolume command, VolumeWork volume) throws IOException {
        VolumeNames.require(command.image().name());
        volume.work().stage("restoring");
        volume.withdraw(volume.work().attempt());
        if (!volume.hasPublished()) {
            restore(command, volume);
        }
        return finish(command, volume);
    }

    @Override
    public @Nullable Result settle(Command.RestoreVolume command, VolumeWork volume)
            throws IOException {
        volume.withdraw(Integer.MAX_VALUE);
        return volume.hasPublished() ? finish(command, volume) : null;
    }

    private static void restore(Command.RestoreVolume command, VolumeWork volume)
            throws IOException {
        var pool = volume.pool();
        var name = command.image().name();
        if (!pool.trash().keeps(command.volumeId())) {
            throw new ProblemException(
                    ProblemCode.VOLUME_MISSING,
                    "the file of volume '%s' is not in the trash of the pool folder %s any more"
                            .formatted(name, command.pool().path()));
        }
        if (pool.files().status(name).isPresent()) {
            throw exists(command, name);
        }
        try (var extents = pool.trash().keptExtents(command.volumeId()).orElse(null)) {
            if (extents == null) {
                restoreOne(command, volume);
            } else {
                new KeptSet(command.volumeId(), extents, volume).restore(name);
            }
        } catch (FileAlreadyExistsException e) {
            throw exists(command, VolumeNames.last(e));
        }
    }

    private static void restoreOne(Command.RestoreVolume command, VolumeWork volume)
            throws IOException {
        var pool = volume.pool();
        var name = command.image().name();
        var inode = Objects.requireNonNull(command.image().inode());
        volume.intend(new Intent(volume.work().attempt(), List.of(new FileRef(name, inode))));
        volume.requireLeave();
        pool.trash().giveBack(command.volumeId(), pool.files(), name);
    }

    private static ProblemException exists(Command.RestoreVolume command, String file) {
        return new ProblemException(
                ProblemCode.FILE_EXISTS,
                "the pool folder %s has a file %s already, which stays as it is: restore under another name"
                        .formatted(command.pool().path(), file));
    }

    private static Result finish(Command.RestoreVolume command, VolumeWork volume) {
        return GivenName.finish(
                command,
                command.image().name(),
                "the file is back",
                () -> volume.pool().trash().dropKept(command.volumeId()),
                volume);
    }
}
