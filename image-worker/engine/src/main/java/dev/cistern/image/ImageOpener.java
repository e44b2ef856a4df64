package dev.cistern.image;

import dev.cistern.image.lock.ImageLock;
import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.raw.RawImage;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.image.storage.FileStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Opens an image and all that lie below it, each under QEMU's lock. */
final class ImageOpener {
    /** Longest chain; each image of it costs an open file and its tables' memory. */
    private static final int MAX_DEPTH = 200;

    private final OpenGate gate;
    private final List<FileStatus> above = new ArrayList<>();

    ImageOpener(OpenGate gate) {
        this.gate = gate;
    }

    /** Opens an image in a file, which is closed with it or when that fails. */
    DiskImage open(FileStorage file, Optional<ImageFormat> format, Access access)
            throws IOException {
        var opened = false;
        try {
            lock(file, access);
            requireAcyclic(file);
            var image =
                    openAs(file, format.isPresent() ? format.get() : Images.probe(file), access);
            opened = true;
            return image;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    /** The lock goes with the file. */
    private static void lock(FileStorage file, Access access) throws IOException {
        var _ =
                switch (access) {
                    case READ -> ImageLock.reader(file);
                    case READ_WRITE -> ImageLock.writer(file);
                };
    }

    private void requireAcyclic(FileStorage file) throws IOException {
        var status = file.status();
        for (var other : above) {
            if (other.inode() == status.inode() && other.device() == status.device()) {
                throw new ImageException.Corrupt(
                        file.name() + ": is a backing file of itself, through others perhaps");
            }
        }
        if (above.size() >= MAX_DEPTH) {
            throw new ImageException.Unsupported(
                    "%s: has more than %d images above it".formatted(file.name(), MAX_DEPTH));
        }
        above.add(status);
    }

    private DiskImage openAs(FileStorage file, ImageFormat format, Access access)
            throws IOException {
        return switch (format) {
            case RAW -> RawImage.open(file, access == Access.READ_WRITE);
            case QCOW2 -> Qcow2Image.open(file, access == Access.READ_WRITE, this::openBelow);
            case VMDK ->
                    throw new ImageException.Unsupported(
                            file.name() + ": vmdk images can be looked at, not opened");
        };
    }

    private DiskImage openBelow(String reference, Optional<String> format, String image)
            throws IOException {
        Optional<ImageFormat> known = Optional.empty();
        if (format.isPresent()) {
            known = ImageFormat.of(format.get());
            if (known.isEmpty()) {
                throw new ImageException.Unsupported(
                        "%s: its backing file '%s' is of the format '%s', which is not known"
                                .formatted(image, reference, format.get()));
            }
        }
        return open(gate.open(reference, Access.READ, image), known, Access.READ);
    }
}
