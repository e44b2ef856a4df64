package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.CreateOptions;
import dev.cistern.image.Images;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.worker.execution.DroppedException;
import dev.cistern.worker.folder.JournalEntry.FileRef;
import dev.cistern.worker.folder.JournalEntry.Intent;
import dev.cistern.worker.folder.PoolFolder;
import dev.cistern.worker.folder.StagedFiles;
import dev.cistern.worker.folder.VolumeRecord;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes a new image: complete under its name, or not there at all.
 *
 * <p>The order on disk: the image's bytes, the intent with its inode, its name, the folder, the
 * volume's record, the outcome.
 */
final class CreateVolume implements VolumeHandler<Command.CreateVolume> {
    private static final int SECTOR = 512;

    @Override
    public List<String> crashPoints() {
        return List.of("stage", "intent", "publish");
    }

    @Override
    public int takeover() {
        return 3;
    }

    @Override
    public Result apply(Command.CreateVolume command, VolumeWork volume) throws IOException {
        VolumeNames.require(command.name());
        requireNotDeleted(command, volume);
        volume.withdraw(volume.work().attempt());
        if (!published(volume)) {
            requireFree(command, volume.pool());
            makeAndPublish(command, volume);
        }
        return finishOrTakeBack(command, volume);
    }

    @Override
    public @Nullable Result settle(Command.CreateVolume command, VolumeWork volume)
            throws IOException {
        volume.withdraw(Integer.MAX_VALUE);
        if (published(volume)) {
            return finish(command, volume);
        }
        volume.pool().volumes().write(recordOf(command, null).tombstone(command.generation()));
        return null;
    }

    /** A volume's id is never given again. */
    private static void requireNotDeleted(Command.CreateVolume command, VolumeWork volume)
            throws IOException {
        if (volume.volume().map(VolumeRecord::deleted).orElse(false)) {
            throw new ProblemException(
                    ProblemCode.STALE,
                    "volume %s is deleted, or its creation was called off"
                            .formatted(command.volumeId()));
        }
    }

    /** Whether an earlier attempt came as far as giving the image its name. */
    private static boolean published(VolumeWork volume) throws IOException {
        var intent = volume.intent();
        if (intent == null) {
            return false;
        }
        var there = volume.pool().files().status(intent.image().name());
        return there.isPresent() && there.get().inode() == intent.image().inode();
    }

    private static void requireFree(Command.CreateVolume command, PoolFolder pool)
            throws IOException {
        if (pool.files().status(command.name()).isPresent()) {
            throw exists(command);
        }
    }

    private static ProblemException exists(Command.CreateVolume command) {
        return new ProblemException(
                ProblemCode.FILE_EXISTS,
                "the pool folder %s has a file %s already, which stays as it is: refresh the pool to see it as a volume, or choose another name"
                        .formatted(command.pool().path(), command.name()));
    }

    private static void makeAndPublish(Command.CreateVolume command, VolumeWork volume)
            throws IOException {
        volume.work().stage("staging");
        try (var staged =
                volume.pool().staging().begin(volume.operation(), volume.work().attempt())) {
            make(command, staged);
            volume.work().crashPoint("stage");
            publish(command, staged, volume);
            staged.discard();
        } catch (IOException | ProblemException e) {
            undo(volume, e);
            throw e;
        }
    }

    private static void make(Command.CreateVolume command, StagedFiles staged) throws IOException {
        try (var file = staged.createImage(command.permissions())) {
            Images.create(CreateOptions.of(command.format(), sectors(command)), file);
            file.sync();
        }
    }

    /** Bytes rounded up to whole sectors, as qemu-img does. */
    private static long sectors(Command.CreateVolume command) {
        if (command.capacity() < 0 || command.capacity() > Long.MAX_VALUE - SECTOR) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "a volume cannot have %d bytes".formatted(command.capacity()));
        }
        return Math.ceilDiv(command.capacity(), SECTOR) * (long) SECTOR;
    }

    private static void publish(Command.CreateVolume command, StagedFiles staged, VolumeWork volume)
            throws IOException {
        staged.requireInPlace();
        var image = new FileRef(command.name(), staged.image().inode());
        volume.intend(new Intent(volume.work().attempt(), List.of(image)));
        volume.work().stage("publishing");
        volume.requireLeave();
        try {
            staged.publish(volume.pool().files(), command.name());
        } catch (FileAlreadyExistsException _) {
            throw exists(command);
        }
    }

    /** What cannot be undone now is undone by the next attempt or the reaper. */
    private static void undo(VolumeWork volume, Exception failure) {
        try {
            volume.pool().requireInPlace();
            volume.withdraw(volume.work().attempt());
        } catch (IOException | ProblemException e) {
            failure.addSuppressed(e);
        }
    }

    private static Result finishOrTakeBack(Command.CreateVolume command, VolumeWork volume)
            throws IOException {
        try {
            return finish(command, volume);
        } catch (IOException e) {
            takeBack(volume, e);
            throw e;
        }
    }

    private static Result finish(Command.CreateVolume command, VolumeWork volume)
            throws IOException {
        var pool = volume.pool();
        pool.files().sync();
        volume.work().crashPoint("publish");
        var there = image(command, pool);
        pool.volumes().write(recordOf(command, there.inode()));
        return new Result.VolumeCreated(
                command.volumeId(),
                Facts.of(pool.files(), command.name(), there, command.format()));
    }

    private static void takeBack(VolumeWork volume, IOException failure) {
        var intent = volume.intent();
        try {
            if (intent != null) {
                var pool = volume.pool();
                pool.trash().take(volume.operation(), pool.files(), intent.files());
                volume.callOff();
                pool.trash().empty(volume.operation());
            }
        } catch (IOException e) {
            failure.addSuppressed(e);
            throw new DroppedException("the image is published, but " + failure, failure);
        }
    }

    private static FileStatus image(Command.CreateVolume command, PoolFolder pool)
            throws IOException {
        return pool.files()
                .status(command.name())
                .orElseThrow(
                        () ->
                                new DroppedException(
                                        "the image was removed in the moment of its publication"));
    }

    private static VolumeRecord recordOf(Command.CreateVolume command, @Nullable Long inode) {
        return new VolumeRecord(
                command.volumeId(),
                command.name(),
                command.format(),
                command.generation(),
                inode,
                false);
    }
}
