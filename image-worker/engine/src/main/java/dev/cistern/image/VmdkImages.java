package dev.cistern.image;

import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.image.vmdk.VmdkChecker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is done with vmdk images as sets of files: the one by which an image is opened, and its
 * extents.
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

    /**
     * The files of an image, the one by which it is opened first, with those of its extents that
     * are in the folder. Which ones it names a guest may have chosen: whoever is to remove them
     * should see to it that they are called after the image, and are no other image's.
     */
    public static List<String> files(Directory directory, String name) throws IOException {
        var files = new ArrayList<String>();
        files.add(name);
        if (Images.info(directory, name, ImageFormat.VMDK).details()
                instanceof ImageInfo.Details.Vmdk vmdk) {
            for (var extent : vmdk.extents()) {
                var file = extent.file();
                if (!file.isEmpty()
                        && file.indexOf('/') < 0
                        && !files.contains(file)
                        && directory.status(file).filter(FileStatus::isRegular).isPresent()) {
                    files.add(file);
                }
            }
        }
        return List.copyOf(files);
    }

    /**
     * Gives an image another name, and its extents that are called after it, durably. Cut off, it
     * has the old name, or the new one too, of the same extents; the same call ends that then.
     *
     * @throws java.nio.file.FileAlreadyExistsException if one of the new names is taken
     * @throws ImageInUseException if anyone has the image open
     * @throws ImageException.Unsupported if it has snapshots, which are called after it too
     */
    public static void rename(Directory directory, String name, String newName) throws IOException {
        new VmdkRename(directory, name, newName).run();
    }
}
