package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.BackingFile;
import dev.cistern.image.BackingFiles;
import dev.cistern.image.ImageInfo;
import dev.cistern.image.Images;
import dev.cistern.image.OpenGate;
import dev.cistern.image.Progress;
import dev.cistern.image.VmdkDeltas;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.worker.execution.DroppedException;
import dev.cistern.worker.folder.JournalEntry.FileRef;
import dev.cistern.worker.folder.JournalEntry.Intent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Removes a sealed file. Each image of the volume that is over it first takes what it has from it,
 * and is over what the file is over then; it reads the same at any time. A file that is gone
 * already is none to keep either.
 *
 * <p>The order on disk: the intent, for each image what it takes and then its header, the removal,
 * the volume's record, the outcome.
 */
final class DropSealed implements VolumeHandler<Command.DropSealed> {
    @Override
    public List<String> crashPoints() {
        return List.of("intent", "merge", "change");
    }

    @Override
    public Result apply(Command.DropSealed command, VolumeWork volume) throws IOException {
        volume.work().stage("deleting a snapshot");
        var image = ImageFile.of(command, volume);
        var sealed = sealed(command, volume);
        if (sealed.isPresent()) {
            var file = new FileRef(name(command), sealed.get().inode());
            volume.intendIfRoom(new Intent(volume.work().attempt(), List.of(file)));
            volume.requireLeave();
            merge(command, image, volume);
            volume.work().crashPoint("merge");
            drop(command, volume);
        }
        volume.work().crashPoint("change");
        return finish(command, image, volume);
    }

    @Override
    public @Nullable Result settle(Command.DropSealed command, VolumeWork volume)
            throws IOException {
        return volume.intent() == null || sealed(command, volume).isPresent()
                ? null
                : finish(command, ImageFile.of(command, volume), volume);
    }

    private static String name(Command.DropSealed command) {
        return Overlay.name(command);
    }

    private static Optional<FileStatus> sealed(Command.DropSealed command, VolumeWork volume)
            throws IOException {
        return volume.pool().sealedFiles().find(name(command));
    }

    private static void merge(Command.DropSealed command, ImageFile image, VolumeWork volume)
            throws IOException {
        for (var above : above(command, image, volume)) {
            InnerSnapshots.requireNone(above, info(image, above));
            skip(image, above, info(image, name(command)), volume.progress());
        }
    }

    /** Puts an image over what the sealed one is over. */
    private static void skip(ImageFile image, String above, ImageInfo sealed, Progress progress)
            throws IOException {
        var folder = image.folder();
        var gate = OpenGate.folder(folder);
        switch (image.format()) {
            case QCOW2 -> {
                var format = sealed.backingFormat();
                var below = sealed.backingFile().map(file -> new BackingFile(file, format));
                BackingFiles.rebase(folder, above, below, gate, progress);
            }
            case VMDK -> VmdkDeltas.skip(folder, above, gate, progress);
            case RAW -> throw new IllegalStateException(above + " is raw, and over nothing");
        }
    }

    private static ImageInfo info(ImageFile image, String name) throws IOException {
        return Images.info(image.folder(), name, image.format());
    }

    /** The images of the volume that name the file. */
    private static List<String> above(
            Command.DropSealed command, ImageFile image, VolumeWork volume) throws IOException {
        var candidates = new ArrayList<>(volume.pool().sealedFiles().of(command.volumeId()));
        candidates.add(image.file().name());
        var found = new ArrayList<String>();
        for (var candidate : candidates) {
            if (info(image, candidate).backingFile().equals(Optional.of(name(command)))) {
                found.add(candidate);
            }
        }
        return found;
    }

    private static void drop(Command.DropSealed command, VolumeWork volume) throws IOException {
        var files = volume.pool().files();
        try (var file = files.openFile(name(command), Access.READ_WRITE);
                var _ = Images.lockForRemoval(file)) {
            volume.requireLeave();
            volume.pool().sealedFiles().drop(name(command));
        }
    }

    /** The file is gone by now, so nothing that fails here is a failure of it. */
    private static Result finish(Command.DropSealed command, ImageFile image, VolumeWork volume) {
        try {
            var kept = KeptFiles.sealed(command.volumeId(), volume.pool());
            return InPlace.changed(command, image, kept, volume);
        } catch (IOException | ProblemException e) {
            throw new DroppedException("the snapshot is gone, but " + e.getMessage(), e);
        }
    }
}
