package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
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
 * Brings a new image into a pool: complete under its name, or not there at all.
 *
 * <p>The order on disk: the image's bytes, the intent with its inode, the names of its extents if
 * it is of several files, its name, the folder, the volume's record, the outcome.
 */
final class Publication {
    /** Names of the crash points between the steps, in their order. */
    static final List<String> CRASH_POINTS = List.of("stage", "intent", "extents", "publish");

    private final Command.OfVolume command;
    private final String name;
    private final String format;
    private final VolumeWork volume;
    private List<FileRef> replaced = List.of();

    /** Makes the bytes of an image. */
    @FunctionalInterface
    interface Maker {
        /**
         * Makes them in the staging folder, synced when this returns.
         *
         * @return the way in which that was done, where there are several; else null
         */
        @Nullable String make(StagedFiles staged) throws IOException;
    }

    /**
     * An image that is published.
     *
     * @param way in which it was made, as its {@link Maker} said
     */
    record Published(FileFacts file, @Nullable String way) {}

    /**
     * The publication of a command's image.
     *
     * @param name file name in the pool's folder
     * @param format of the image
     */
    Publication(Command.OfVolume command, String name, String format, VolumeWork volume) {
        this.command = command;
        this.name = name;
        this.format = format;
        this.volume = volume;
    }

    /**
     * Notes down, while the image is being made, files that whoever publishes it takes away later.
     */
    void replaces(List<FileRef> files) {
        replaced = files;
    }

    /**
     * Makes and publishes the image, or finishes what an earlier attempt published.
     *
     * @throws IOException if it could not be done and nothing is left of it
     */
    Published apply(Maker maker) throws IOException {
        VolumeNames.require(name);
        requireNotDeleted();
        volume.withdraw(volume.work().attempt());
        if (!volume.hasPublished()) {
            requireFree();
            makeAndPublish(maker);
        }
        return finishOrTakeBack();
    }

    /** Ends it for good; returns the image that stands, or null when none does. */
    @Nullable Published settle() throws IOException {
        volume.withdraw(Integer.MAX_VALUE);
        if (volume.hasPublished()) {
            return finish();
        }
        volume.pool().volumes().write(record(null).tombstone(command.generation()));
        return null;
    }

    /** A volume comes back only by a later command, as from another pool. */
    private void requireNotDeleted() throws IOException {
        if (volume.volume()
                .filter(VolumeRecord::deleted)
                .map(gone -> gone.generation() >= command.generation())
                .orElse(false)) {
            throw new ProblemException(
                    ProblemCode.STALE,
                    "volume %s is deleted, or its creation was called off"
                            .formatted(command.volumeId()));
        }
    }

    private void requireFree() throws IOException {
        if (volume.pool().files().status(name).isPresent()) {
            throw exists(name);
        }
    }

    private ProblemException exists(String file) {
        return new ProblemException(
                ProblemCode.FILE_EXISTS,
                "the pool folder %s has a file %s already, which stays as it is: refresh the pool to see it as a volume, or choose another name"
                        .formatted(command.pool().path(), file));
    }

    private void makeAndPublish(Maker maker) throws IOException {
        volume.work().stage("staging");
        try (var staged =
                volume.pool().staging().begin(volume.operation(), volume.work().attempt())) {
            var way = maker.make(staged);
            volume.work().crashPoint("stage");
            publish(staged, way);
            staged.discard();
        } catch (IOException | ProblemException e) {
            volume.undo(e);
            throw e;
        }
    }

    private void publish(StagedFiles staged, @Nullable String way) throws IOException {
        staged.requireInPlace();
        volume.intend(
                new Intent(volume.work().attempt(), staged.files(name), way).replacing(replaced));
        volume.work().stage("publishing");
        volume.requireLeave();
        try {
            staged.publishExtents(volume.pool().files());
            volume.work().crashPoint("extents");
            staged.publish(volume.pool().files(), name);
        } catch (FileAlreadyExistsException e) {
            throw exists(VolumeNames.last(e));
        }
    }

    private Published finishOrTakeBack() throws IOException {
        try {
            return finish();
        } catch (IOException e) {
            takeBack(e);
            throw e;
        }
    }

    private Published finish() throws IOException {
        var pool = volume.pool();
        pool.files().sync();
        volume.work().crashPoint("publish");
        var there = image(pool);
        pool.volumes().write(record(there.inode()));
        var intent = volume.intent();
        return new Published(
                Facts.of(pool.files(), name, there, format), intent == null ? null : intent.way());
    }

    private void takeBack(IOException failure) {
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

    private FileStatus image(PoolFolder pool) throws IOException {
        return pool.files()
                .status(name)
                .orElseThrow(
                        () ->
                                new DroppedException(
                                        "the image was removed in the moment of its publication"));
    }

    private VolumeRecord record(@Nullable Long inode) {
        return new VolumeRecord(
                command.volumeId(), name, format, command.generation(), inode, false);
    }
}
