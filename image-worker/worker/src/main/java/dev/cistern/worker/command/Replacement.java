package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.worker.execution.DroppedException;
import dev.cistern.worker.folder.JournalEntry.Intent;
import dev.cistern.worker.folder.StagedFiles;
import dev.cistern.worker.folder.VolumeRecord;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings another image under the name of a volume's file, in one rename: whoever looks finds the
 * old one or the new one. Nobody else can have the old one open from before the new one is made
 * until it has taken its place.
 *
 * <p>The order on disk: the image's bytes, the intent with its inode, the names of its extents if
 * it is of several files, its name, the folder, the end of the old one's extents, the volume's
 * record, the outcome.
 */
final class Replacement {
    /** Names of the crash points between the steps, in their order. */
    static final List<String> CRASH_POINTS = List.of("stage", "intent", "extents", "publish");

    private final Command.OnImage command;
    private final String format;
    private final VolumeWork volume;
    private final Farewell farewell;

    /** Makes the bytes of the new image. */
    @FunctionalInterface
    interface Maker {
        /** Makes them of the old image in the staging folder, synced when this returns. */
        void make(ImageFile old, StagedFiles staged) throws IOException;
    }

    /** What is done to the old image right before it loses its name. */
    @FunctionalInterface
    interface Farewell {
        /** Does it, durably. */
        void bid(ImageFile old) throws IOException;
    }

    /**
     * The replacement of a command's image.
     *
     * @param format of the new one
     */
    Replacement(Command.OnImage command, String format, VolumeWork volume) {
        this(command, format, volume, _ -> {});
    }

    /** The same of an image that is not lost by it. */
    Replacement(Command.OnImage command, String format, VolumeWork volume, Farewell farewell) {
        this.command = command;
        this.format = format;
        this.volume = volume;
        this.farewell = farewell;
    }

    /**
     * Makes the image and puts it in place, or finishes what an earlier attempt put there.
     *
     * @throws IOException if it could not be done, and the old image is as it was
     */
    FileFacts apply(Maker maker) throws IOException {
        VolumeNames.require(command.image().name());
        volume.withdraw(volume.work().attempt());
        if (!volume.hasPublished()) {
            makeAndPublish(maker);
        }
        return finish();
    }

    /** Ends it for good; returns the image if it is in place, or null when the old one is. */
    @Nullable FileFacts settle() throws IOException {
        volume.withdraw(Integer.MAX_VALUE);
        return volume.hasPublished() ? finish() : null;
    }

    private void makeAndPublish(Maker maker) throws IOException {
        var old = ImageFile.of(command, volume);
        try (var _ = old.holdAlone();
                var staged =
                        volume.pool()
                                .staging()
                                .begin(volume.operation(), volume.work().attempt())) {
            maker.make(old, staged);
            volume.work().crashPoint("stage");
            publish(old, staged);
        } catch (IOException | ProblemException e) {
            volume.undo(e);
            throw e;
        }
    }

    private void publish(ImageFile old, StagedFiles staged) throws IOException {
        staged.requireInPlace();
        try (var before = ImageSet.extentsLocked(old.file(), old.format().text(), volume.pool())) {
            volume.intend(
                    new Intent(volume.work().attempt(), staged.files(old.file().name()))
                            .replacing(before.files()));
            volume.work().stage("publishing");
            volume.requireLeave();
            old.requireSame();
            farewell.bid(old);
            staged.publishExtents(volume.pool().files());
            volume.work().crashPoint("extents");
            staged.replace(volume.pool().files(), old.file().name());
        } catch (FileAlreadyExistsException e) {
            throw new ProblemException(
                    ProblemCode.FILE_EXISTS,
                    "the pool folder %s has a file %s already, which the new image would need: convert to another format or subformat, or clone %s under another name"
                            .formatted(
                                    command.pool().path(), VolumeNames.last(e), old.file().name()));
        }
    }

    /** The name stands by now, so nothing that fails here is a failure of it. */
    private FileFacts finish() {
        var pool = volume.pool();
        var name = command.image().name();
        try {
            pool.files().sync();
            volume.work().crashPoint("publish");
            volume.withdraw(Integer.MAX_VALUE);
            volume.dropReplaced();
            var there =
                    pool.files()
                            .status(name)
                            .orElseThrow(() -> new DroppedException("the file was removed since"));
            pool.volumes()
                    .write(
                            new VolumeRecord(
                                    command.volumeId(),
                                    name,
                                    format,
                                    command.generation(),
                                    there.inode(),
                                    false));
            return Facts.of(pool.files(), name, there, format);
        } catch (IOException e) {
            throw new DroppedException("the new image is in place, but " + e.getMessage(), e);
        }
    }
}
