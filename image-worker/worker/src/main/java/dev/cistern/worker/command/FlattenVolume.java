package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.SealedFile;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.DiskImage;
import dev.cistern.image.qcow2.Qcow2Image;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** Makes an image independent of those below it. */
final class FlattenVolume implements InPlace.Change<Command.FlattenVolume, FlattenVolume.Target> {

    /** An open image, and its file, which tells what it builds on. */
    record Target(ImageFile file, DiskImage image) implements Closeable {
        @Override
        public void close() throws IOException {
            image.close();
        }
    }

    @Override
    public String stage() {
        return "flattening";
    }

    @Override
    public Target open(Command.FlattenVolume command, ImageFile file) throws IOException {
        return new Target(file, file.open());
    }

    @Override
    public Target look(Command.FlattenVolume command, ImageFile file) throws IOException {
        return new Target(file, file.look());
    }

    @Override
    public boolean isMade(Command.FlattenVolume command, Target target) throws IOException {
        return target.file().info().backingFile().isEmpty();
    }

    @Override
    public void make(Command.FlattenVolume command, Target target, VolumeWork volume)
            throws IOException {
        if (!(target.image() instanceof Qcow2Image image)) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED,
                    "%s is of the format %s, and only qcow2 images are flattened: %s"
                            .formatted(
                                    command.image().name(),
                                    command.image().format(),
                                    otherwise(command, target)));
        }
        InnerSnapshots.requireNone(command.image().name(), target.file().info());
        image.rebase(Optional.empty(), Optional.empty(), volume.progress());
    }

    /** A volume over snapshots of its own is not converted either. */
    private static String otherwise(Command.FlattenVolume command, Target target)
            throws IOException {
        return target.file()
                        .info()
                        .backingFile()
                        .filter(below -> below.startsWith(SealedFile.prefix(command.volumeId())))
                        .isPresent()
                ? "delete its snapshots, which makes one image of it and them"
                : "convert it";
    }
}
