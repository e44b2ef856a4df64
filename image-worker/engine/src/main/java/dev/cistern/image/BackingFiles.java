package dev.cistern.image;

import dev.cistern.image.qcow2.Qcow2Header;
import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import java.io.IOException;
import java.util.Optional;

/**
 * Changes what lies below an image that nobody else has open. Each change is durable when it
 * returns; whenever it is cut off or cancelled, the image reads as before.
 */
public final class BackingFiles {
    private BackingFiles() {}

    /**
     * Puts a qcow2 image over another image, or over nothing, such that it reads as before: what
     * would read otherwise is copied into it.
     *
     * @param below empty for nothing
     * @throws ImageInUseException if anyone has the image open, or writes to one of the others
     */
    public static void rebase(
            Directory directory,
            String name,
            Optional<BackingFile> below,
            OpenGate gate,
            Progress progress)
            throws IOException {
        var opener = ImageOpener.of(OpenOptions.writing(ImageFormat.QCOW2).through(gate));
        try (var image =
                (Qcow2Image)
                        opener.open(
                                access -> directory.openFile(name, access),
                                Optional.of(ImageFormat.QCOW2))) {
            var other = Optional.<DiskImage>empty();
            if (below.isPresent()) {
                other =
                        Optional.of(
                                opener.ofAnotherBelow()
                                        .openBelow(
                                                below.get().name(),
                                                below.get().format(),
                                                image.name()));
            }
            var done = false;
            try {
                image.rebase(other, below, progress);
                done = true;
            } finally {
                if (!done && other.isPresent()) {
                    other.get().close();
                }
            }
        }
    }

    /** Makes a qcow2 image independent of the images below it. */
    public static void flatten(Directory directory, String name, OpenGate gate, Progress progress)
            throws IOException {
        rebase(directory, name, Optional.empty(), gate, progress);
    }

    /**
     * Changes only what a qcow2 image says lies below it, as when that file was moved. Whatever
     * else the new one is, the image reads as that from now on; no file but the image is opened.
     *
     * @param below empty for nothing
     */
    public static void rename(Directory directory, String name, Optional<BackingFile> below)
            throws IOException {
        try (var file =
                ImageOpener.locked(access -> directory.openFile(name, access), Access.READ_WRITE)) {
            Qcow2Header.nameBacking(file, below);
        }
    }

    /**
     * Writes what an image has of its own into an image below it, which grows if it is shorter. The
     * image, and all between, read as before.
     *
     * @param depth of the image to write to, 1 for the one right below
     * @param empties whether the image then forgets what it has of its own; only for depth 1
     * @param options for the image, which is of the format qcow2; what access they ask for does not
     *     count
     * @throws ImageInUseException if anyone has the image or the one written to open
     */
    public static void commit(
            Directory directory,
            String name,
            int depth,
            boolean empties,
            OpenOptions options,
            Progress progress)
            throws IOException {
        if (depth < 1 || (empties && depth > 1)) {
            throw new IllegalArgumentException(
                    "depth is %d; an image is written to one below it, and emptied only after one right below"
                            .formatted(depth));
        }
        var opener =
                new ImageOpener(
                        options.gate(),
                        at -> at == 0 || at == depth ? Access.READ_WRITE : Access.READ,
                        options.secrets());
        opener.open(access -> directory.openFile(name, access), Optional.of(ImageFormat.QCOW2));
        try (var chain = opener.chain()) {
            if (chain.images().size() <= depth) {
                throw new ImageException.OutOfRange(
                        "%s: has %d images below it, and so none at depth %d"
                                .formatted(chain.top().name(), chain.images().size() - 1, depth));
            }
            new Commit(chain.top(), chain.images().get(depth), depth).run(progress);
            if (empties) {
                ((Qcow2Image) chain.top()).empty();
            }
        }
    }
}
