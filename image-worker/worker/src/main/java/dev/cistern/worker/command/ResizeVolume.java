package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.DiskImage;
import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.ImageFormat;
import java.io.IOException;
import java.util.List;

/** Gives an image another capacity. */
final class ResizeVolume implements InPlace.Change<Command.ResizeVolume, DiskImage> {
    /** What takes its space in one step, so that word of a cancel is soon heard. */
    private static final long STEP_BYTES = 64L << 20;

    @Override
    public String stage() {
        return "resizing";
    }

    @Override
    public List<String> crashPoints() {
        return List.of("resized");
    }

    @Override
    public DiskImage open(Command.ResizeVolume command, ImageFile file) throws IOException {
        return file.open();
    }

    @Override
    public DiskImage look(Command.ResizeVolume command, ImageFile file) throws IOException {
        return file.look();
    }

    @Override
    public boolean isMade(Command.ResizeVolume command, DiskImage image) {
        return image.capacity() == command.capacity();
    }

    @Override
    public void make(Command.ResizeVolume command, DiskImage image, VolumeWork volume)
            throws IOException {
        var before = image.capacity();
        if (command.capacity() < before && !command.shrink()) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "the image has %d bytes; what is beyond %d would be lost: ask to shrink it if that is meant"
                            .formatted(before, command.capacity()));
        }
        if (command.allocate() && image.format() != ImageFormat.RAW) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED,
                    "%s: only raw images take the space of what is added at once"
                            .formatted(image.name()));
        }
        image.resize(command.capacity());
        volume.work().crashPoint("resized");
        if (command.allocate()) {
            allocateOrUndo(image, before, volume);
        }
    }

    private static void allocateOrUndo(DiskImage image, long before, VolumeWork volume)
            throws IOException {
        try {
            allocate(image, before, volume);
        } catch (IOException | ProblemException e) {
            image.resize(before);
            throw e;
        }
    }

    /** If the process ends under way, the rest takes its space when it is written to. */
    private static void allocate(DiskImage image, long from, VolumeWork volume) throws IOException {
        var progress = volume.progress();
        for (var at = from; at < image.capacity(); ) {
            progress.at(at - from, image.capacity() - from);
            var mapping = image.map(at, Math.min(STEP_BYTES, image.capacity() - at));
            if (mapping.readsZero()) {
                image.zero(at, mapping.length(), Space.KEEP);
            }
            at += mapping.length();
        }
        image.flush();
    }
}
