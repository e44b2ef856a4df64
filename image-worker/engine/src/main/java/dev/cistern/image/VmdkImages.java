package dev.cistern.image;

import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.vmdk.VmdkChecker;
import java.io.IOException;
import java.util.Optional;

/**
 * What is done with vmdk images as sets of files.
 *
 * <p>Blocks its carrier thread; platform threads should call it.
 */
public final class VmdkImages {
    private VmdkImages() {}

    /**
     * Checks an image and its extents, not what lies below it, and sets right what is wrong.
     *
     * @throws ImageInUseException if anyone writes to it, or has it open at all if it is to be
     *     repaired
     */
    public static CheckReport check(Directory directory, String name, OpenGate gate, Repair repair)
            throws IOException {
        var access = repair == Repair.NONE ? Access.READ : Access.READ_WRITE;
        var options = new OpenOptions(Optional.of(ImageFormat.VMDK), access, gate);
        try (var file = ImageOpener.locked(wanted -> directory.openFile(name, wanted), access)) {
            return VmdkChecker.check(file, ImageOpener.of(options).extents(), repair);
        }
    }
}
