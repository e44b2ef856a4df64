package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.KeptFile;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.ImageException;
import dev.cistern.worker.execution.DroppedException;
import dev.cistern.worker.folder.JournalEntry.Intent;
import dev.cistern.worker.folder.VolumeRecord;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Changes an image where it is. Whether there is anything to do the image itself tells, so that a
 * copy of the command finds it done.
 *
 * <p>The order on disk: the intent, the change, the volume's record, the outcome. While QEMU's
 * locks are held nobody else can begin to use the image; an attempt that hangs is not taken over
 * from.
 *
 * @param <I> the image as the change works on it
 */
final class InPlace<C extends Command.OnImage, I extends Closeable> implements VolumeHandler<C> {
    private final Change<C, I> change;

    InPlace(Change<C, I> change) {
        this.change = change;
    }

    /** What is particular to one command. */
    interface Change<C extends Command.OnImage, I extends Closeable> {
        /** What is being done, for who watches the operation. */
        String stage();

        /** Opens the image under QEMU's locks, so that nobody else changes it meanwhile. */
        I open(C command, ImageFile file) throws IOException;

        /** Opens the image to see whether the change was made, whoever has it open by now. */
        I look(C command, ImageFile file) throws IOException;

        /** Whether the image is as the command wants it. */
        boolean isMade(C command, I image) throws IOException;

        /**
         * Makes it so, durably; or refuses, or is cancelled, and leaves the content as it was. Long
         * work goes on with {@link VolumeWork#progress}.
         */
        void make(C command, I image, VolumeWork volume) throws IOException;

        /** Names of the crash points within {@link #make}, in their order. */
        default List<String> crashPoints() {
            return List.of();
        }

        /** What to report of an image that is as the command wants it. */
        default Result.OfFile made(C command, ImageFile file) throws IOException {
            return new Result.VolumeChanged(command.volumeId(), file.facts());
        }
    }

    @Override
    public List<String> crashPoints() {
        return Stream.of(List.of("intent"), change.crashPoints(), List.of("change"))
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public Result apply(C command, VolumeWork volume) throws IOException {
        volume.work().stage(change.stage());
        var file = ImageFile.of(command, volume);
        var extents = new NewExtents(file, volume);
        extents.takeBack(volume.work().attempt());
        try {
            make(command, file.through(extents), volume);
        } catch (IOException | ProblemException e) {
            extents.takeBack(e);
            throw e;
        }
        volume.work().crashPoint("change");
        return finish(command, file, volume);
    }

    private void make(C command, ImageFile file, VolumeWork volume) throws IOException {
        try (var image = change.open(command, file)) {
            if (!change.isMade(command, image)) {
                volume.intend(new Intent(volume.work().attempt(), List.of(file.file())));
                volume.requireLeave();
                change.make(command, image, volume);
            }
        }
    }

    /** The change stands by now, so nothing that fails here is a failure of it. */
    private Result finish(C command, ImageFile file, VolumeWork volume) {
        try {
            volume.pool().volumes().write(recordOf(command, file));
            return change.made(command, file);
        } catch (IOException | ProblemException e) {
            throw new DroppedException("the image is changed, but " + e.getMessage(), e);
        }
    }

    /** Writes down that a volume has seen a command, and tells what its file is now. */
    static Result.VolumeChanged changed(Command.OnImage command, ImageFile file, VolumeWork volume)
            throws IOException {
        return changed(command, file, List.of(), volume);
    }

    /** The same of one that changes what there is of snapshots in files of their own. */
    static Result.VolumeChanged changed(
            Command.OnImage command, ImageFile file, List<KeptFile> kept, VolumeWork volume)
            throws IOException {
        volume.pool().volumes().write(recordOf(command, file));
        return new Result.VolumeChanged(command.volumeId(), file.facts(), kept);
    }

    private static VolumeRecord recordOf(Command.OnImage command, ImageFile file) {
        return new VolumeRecord(
                command.volumeId(),
                file.file().name(),
                file.format().text(),
                command.generation(),
                file.file().inode(),
                false);
    }

    @Override
    public @Nullable Result settle(C command, VolumeWork volume) throws IOException {
        return volume.intent() == null || !isMade(command, volume)
                ? null
                : finish(command, ImageFile.of(command, volume), volume);
    }

    /** An image that is gone, or can no longer be read, is none that the command has changed. */
    private boolean isMade(C command, VolumeWork volume) throws IOException {
        try {
            var file = ImageFile.of(command, volume);
            new NewExtents(file, volume).takeBack(Integer.MAX_VALUE);
            try (var image = change.look(command, file)) {
                return change.isMade(command, image);
            }
        } catch (ProblemException | ImageException _) {
            return false;
        }
    }
}
