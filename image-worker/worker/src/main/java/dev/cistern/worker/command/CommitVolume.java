package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.BackingFiles;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.storage.Access;
import java.io.Closeable;
import java.io.IOException;

/**
 * Writes what an image has of its own into the one right below it. The image reads the same at any
 * time; cut off, the one below has a part of it, and a copy of the command goes on.
 */
final class CommitVolume implements InPlace.Change<Command.CommitVolume, CommitVolume.Target> {

    /** The two files. The engine opens and locks the images itself. */
    record Target(ImageFile file, ImageFile base) implements Closeable {
        @Override
        public void close() {}
    }

    @Override
    public String stage() {
        return "committing";
    }

    @Override
    public Target open(Command.CommitVolume command, ImageFile file) throws IOException {
        return new Target(file, file.beside(command.base()));
    }

    @Override
    public Target look(Command.CommitVolume command, ImageFile file) throws IOException {
        return open(command, file);
    }

    /** Whether the image has nothing of its own any more. */
    @Override
    public boolean isMade(Command.CommitVolume command, Target target) throws IOException {
        if (target.file().format() != ImageFormat.QCOW2) {
            return false;
        }
        try (var image = target.file().look()) {
            for (var at = 0L; at < image.capacity(); ) {
                var mapping = image.map(at, image.capacity() - at);
                if (mapping.depth() == 0) {
                    return false;
                }
                at += mapping.length();
            }
            return true;
        }
    }

    @Override
    public void make(Command.CommitVolume command, Target target, VolumeWork volume)
            throws IOException {
        if (target.file().format() != ImageFormat.QCOW2) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED,
                    "%s is of the format %s: only qcow2 images are committed"
                            .formatted(command.image().name(), command.image().format()));
        }
        InnerSnapshots.requireNone(command.image().name(), target.file().info());
        BackingFiles.commit(
                target.file().folder(),
                command.image().name(),
                1,
                true,
                target.file().options(Access.READ_WRITE),
                volume.progress());
    }

    @Override
    public Result.OfFile made(Command.CommitVolume command, ImageFile file) throws IOException {
        var base = file.beside(command.base());
        return new Result.VolumeCommitted(
                command.volumeId(), file.facts(), command.baseId(), base.facts());
    }
}
