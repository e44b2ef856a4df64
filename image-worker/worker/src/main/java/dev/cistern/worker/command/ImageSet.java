package dev.cistern.worker.command;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.ImageInUseException;
import dev.cistern.image.ImageInfo;
import dev.cistern.image.Images;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.worker.folder.JournalEntry.FileRef;
import dev.cistern.worker.folder.VolumeRecord;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The files that are one image, held with QEMU's locks so that no virtual machine can open them
 * while they are being removed: the file itself, and the extents of a vmdk.
 *
 * <p>Which extents an image has is written in it, where a guest may have written anything. So an
 * extent counts only if VMware would have named it after this image, and if it is no other volume's
 * file.
 */
final class ImageSet implements AutoCloseable {
    private static final String VMDK = ".vmdk";

    private final List<FileRef> files = new ArrayList<>();
    private final List<Closeable> locks = new ArrayList<>();

    private ImageSet() {}

    /**
     * Locks the files of an image.
     *
     * @throws ProblemException with {@link ProblemCode#VOLUME_IN_USE} if one is open elsewhere
     */
    static ImageSet locked(Directory folder, FileRef image, VolumeWork volume) throws IOException {
        var set = new ImageSet();
        try {
            set.add(folder, image);
            for (var extent : extents(folder, image, volume)) {
                set.add(folder, extent);
            }
            return set;
        } catch (IOException | RuntimeException e) {
            set.close();
            throw e;
        }
    }

    private static List<FileRef> extents(Directory folder, FileRef image, VolumeWork volume)
            throws IOException {
        var format = volume.volume().map(VolumeRecord::format).orElse("vmdk");
        if (!format.equals("vmdk") || !image.name().endsWith(VMDK)) {
            return List.of();
        }
        var others = volume.pool().volumes().byInode();
        var found = new ArrayList<FileRef>();
        for (var name : namesIn(folder, image.name())) {
            if (!isNamedAfter(image.name(), name)) {
                continue;
            }
            var status = folder.status(name);
            if (status.isPresent()
                    && status.get().isRegular()
                    && !others.containsKey(status.get().inode())) {
                found.add(new FileRef(name, status.get().inode()));
            }
        }
        return found;
    }

    private static List<String> namesIn(Directory folder, String image) {
        try {
            return Images.info(folder, image, ImageFormat.VMDK).details()
                            instanceof ImageInfo.Details.Vmdk vmdk
                    ? vmdk.extents().stream().map(ImageInfo.Details.Extent::file).toList()
                    : List.of();
        } catch (IOException _) {
            return List.of();
        }
    }

    /** As in {@code disk.vmdk} with {@code disk-flat.vmdk}, {@code disk-s001.vmdk}. */
    private static boolean isNamedAfter(String image, String extent) {
        var base = image.substring(0, image.length() - VMDK.length());
        return extent.startsWith(base + "-") && extent.endsWith(VMDK) && extent.indexOf('/') < 0;
    }

    private void add(Directory folder, FileRef file) throws IOException {
        var storage = folder.openFile(file.name(), Access.READ_WRITE);
        locks.add(storage);
        try {
            locks.add(Images.lockForRemoval(storage));
        } catch (ImageInUseException e) {
            throw new ProblemException(ProblemCode.VOLUME_IN_USE, String.valueOf(e.getMessage()));
        }
        files.add(file);
    }

    /** The files, the one that makes the image first. */
    List<FileRef> files() {
        return List.copyOf(files);
    }

    @Override
    public void close() throws IOException {
        for (var lock : locks.reversed()) {
            lock.close();
        }
    }
}
