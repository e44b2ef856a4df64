package dev.cistern.image.qcow2;

import dev.cistern.image.BackingFile;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.util.Optional;

/** Changes of the header alone, of an image that nobody has open. */
public final class Qcow2Header {
    private Qcow2Header() {}

    /**
     * Makes the image name another one as lying below it, or none; durably.
     *
     * @throws dev.cistern.image.ImageException.OutOfRange if the name is too long for the header
     */
    public static void nameBacking(Storage storage, Optional<BackingFile> below)
            throws IOException {
        var header = FirstCluster.read(storage);
        header.setBacking(below);
        header.write(
                new ImageFile(storage, ClusterGeometry.of(ImageHeader.read(storage).header())));
    }
}
