package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.worker.execution.DroppedException;
import dev.cistern.worker.folder.JournalEntry.Intent;
import dev.cistern.worker.folder.VolumeRecord;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts a volume's file aside, by a rename, while nobody has it open; those of a vmdk image of
 * several files come after it. A file that is not known to be the volume's is never touched.
 */
final class TrashVolume implements VolumeHandler<Command.TrashVolume> {

    @Override
    public List<String> crashPoints() {
        return List.of("intent", "publish");
    }

    @Override
    public Result apply(Command.TrashVolume command, VolumeWork volume) throws IOException {
        volume.work().stage("putting aside");
        if (!volume.pool().trash().keeps(command.volumeId())) {
            putAside(command, volume);
        }
        return finish(command, volume);
    }

    @Override
    public @Nullable Result settle(Command.TrashVolume command, VolumeWork volume)
            throws IOException {
        return volume.pool().trash().keeps(command.volumeId()) ? finish(command, volume) : null;
    }

    private static void putAside(Command.TrashVolume command, VolumeWork volume)
            throws IOException {
        var pool = volume.pool();
        var image = ImageFile.of(command, volume);
        try (var set = ImageSet.locked(image.file(), command.image().format(), pool)) {
            volume.intend(new Intent(volume.work().attempt(), set.files()));
            volume.requireLeave();
            image.requireSame();
            if (!pool.trash().keep(command.volumeId(), pool.files(), set.files())) {
                throw new ProblemException(
                        ProblemCode.VOLUME_DRIFTED,
                        "the file %s in the pool folder %s was replaced while it was being put aside: it stays; refresh the pool"
                                .formatted(image.file().name(), command.pool().path()));
            }
        }
        volume.work().crashPoint("publish");
    }

    /** The file is aside by now, so nothing that fails here is a failure of it. */
    private static Result finish(Command.TrashVolume command, VolumeWork volume) {
        try {
            putRestAside(command, volume);
            volume.pool().volumes().write(recordOf(command));
            return new Result.VolumeTrashed(command.volumeId());
        } catch (IOException e) {
            throw new DroppedException("the file is put aside, but " + e.getMessage(), e);
        }
    }

    /** An attempt may have ended between the files of one image. */
    private static void putRestAside(Command.TrashVolume command, VolumeWork volume)
            throws IOException {
        var intent = volume.intent();
        if (intent != null && intent.attempt() != volume.work().attempt()) {
            var pool = volume.pool();
            var _ = pool.trash().keep(command.volumeId(), pool.files(), intent.files());
        }
    }

    private static VolumeRecord recordOf(Command.OnImage command) {
        return new VolumeRecord(
                command.volumeId(),
                command.image().name(),
                command.image().format(),
                command.generation(),
                command.image().inode(),
                false);
    }
}
