package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.image.storage.NoSpaceException;
import dev.cistern.worker.execution.DroppedException;
import dev.cistern.worker.folder.JournalEntry.FileRef;
import dev.cistern.worker.folder.JournalEntry.Intent;
import dev.cistern.worker.folder.VolumeRecord;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes a volume's file out of the pool: it is put aside by a rename, the volume's record becomes a
 * tombstone, and then the file is removed.
 *
 * <p>A file that is not known to be the volume's is never touched. On a full file system, where
 * nothing can be written down, the file goes first.
 */
final class DeleteVolume implements VolumeHandler<Command.DeleteVolume> {

    @Override
    public List<String> crashPoints() {
        return List.of("intent", "publish", "tombstone");
    }

    @Override
    public Result apply(Command.DeleteVolume command, VolumeWork volume) throws IOException {
        VolumeNames.require(command.name());
        if (!begun(command, volume)) {
            var image = imageOf(command, volume);
            if (image != null) {
                putAside(command, image, volume);
            }
        }
        return finishOrPutBack(command, volume);
    }

    @Override
    public @Nullable Result settle(Command.DeleteVolume command, VolumeWork volume)
            throws IOException {
        return begun(command, volume) ? finish(command, volume) : null;
    }

    /** Whether an earlier attempt, or an earlier command, came as far as putting the file aside. */
    private static boolean begun(Command.DeleteVolume command, VolumeWork volume)
            throws IOException {
        if (volume.pool().trash().has(volume.operation())
                || volume.pool().trash().keeps(command.volumeId())
                || isTombstone(command, volume)) {
            return true;
        }
        var intent = volume.intent();
        return intent != null && !isThere(volume, intent.image());
    }

    private static boolean isTombstone(Command.DeleteVolume command, VolumeWork volume)
            throws IOException {
        return volume.volume()
                .filter(VolumeRecord::deleted)
                .map(gone -> gone.generation() == command.generation())
                .orElse(false);
    }

    private static boolean isThere(VolumeWork volume, FileRef file) throws IOException {
        var status = volume.pool().files().status(file.name());
        return status.isPresent() && status.get().inode() == file.inode();
    }

    /** The volume's file; null if there is none, or none that is known to be the volume's. */
    private static @Nullable FileStatus imageOf(Command.DeleteVolume command, VolumeWork volume)
            throws IOException {
        var status = volume.pool().files().status(command.name());
        var inode = command.inode();
        if (inode == null) {
            inode = volume.volume().map(VolumeRecord::inode).orElse(null);
        }
        if (status.isEmpty() || inode == null) {
            return null;
        }
        if (status.get().inode() != inode || !status.get().isRegular()) {
            throw new ProblemException(
                    ProblemCode.VOLUME_DRIFTED,
                    "the file %s in the pool folder %s is not the volume's, which had inode %d (this one has %d): it stays; refresh the pool"
                            .formatted(
                                    command.name(),
                                    command.pool().path(),
                                    inode,
                                    status.get().inode()));
        }
        return status.get();
    }

    private static void putAside(Command.DeleteVolume command, FileStatus image, VolumeWork volume)
            throws IOException {
        volume.work().stage("deleting");
        var files = volume.pool().files();
        try (var set = ImageSet.locked(new FileRef(command.name(), image.inode()), volume)) {
            volume.intendIfRoom(new Intent(volume.work().attempt(), set.files()));
            volume.requireLeave();
            volume.pool().trash().take(volume.operation(), files, set.files());
            if (!volume.pool().trash().has(volume.operation())) {
                throw replaced(command);
            }
        }
        volume.work().crashPoint("publish");
    }

    private static ProblemException replaced(Command.DeleteVolume command) {
        return new ProblemException(
                ProblemCode.VOLUME_DRIFTED,
                "the file %s in the pool folder %s was replaced while it was being deleted: it stays; refresh the pool"
                        .formatted(command.name(), command.pool().path()));
    }

    private static Result finishOrPutBack(Command.DeleteVolume command, VolumeWork volume)
            throws IOException {
        try {
            return finish(command, volume);
        } catch (NoSpaceException e) {
            throw new DroppedException("there is no room for the volume's tombstone", e);
        } catch (IOException e) {
            putBack(volume, e);
            throw e;
        }
    }

    private static Result finish(Command.DeleteVolume command, VolumeWork volume)
            throws IOException {
        var pool = volume.pool();
        putRestAside(volume);
        var tombstone = tombstone(command, volume);
        try {
            pool.volumes().write(tombstone);
        } catch (NoSpaceException _) {
            remove(command, volume);
            pool.volumes().write(tombstone);
        }
        volume.work().crashPoint("tombstone");
        remove(command, volume);
        return new Result.VolumeDeleted(command.volumeId());
    }

    private static void remove(Command.DeleteVolume command, VolumeWork volume) throws IOException {
        volume.pool().trash().empty(volume.operation());
        volume.pool().trash().dropKept(command.volumeId());
        volume.pool().sealedFiles().dropAll(command.volumeId());
        volume.pool().copies().dropAll(command.volumeId());
    }

    /** An attempt may have ended between the files of one image. */
    private static void putRestAside(VolumeWork volume) throws IOException {
        var intent = volume.intent();
        if (intent != null && intent.attempt() != volume.work().attempt()) {
            var pool = volume.pool();
            pool.trash().take(volume.operation(), pool.files(), intent.files());
        }
    }

    private static VolumeRecord tombstone(Command.DeleteVolume command, VolumeWork volume)
            throws IOException {
        return volume.volume()
                .orElseGet(
                        () ->
                                new VolumeRecord(
                                        command.volumeId(),
                                        command.name(),
                                        "unknown",
                                        command.generation(),
                                        command.inode(),
                                        true))
                .tombstone(command.generation());
    }

    private static void putBack(VolumeWork volume, IOException failure) {
        var intent = volume.intent();
        try {
            if (intent != null) {
                volume.pool()
                        .trash()
                        .restore(volume.operation(), volume.pool().files(), intent.files());
            }
        } catch (IOException e) {
            failure.addSuppressed(e);
            throw new DroppedException("the file is put aside, but " + failure, failure);
        }
    }
}
