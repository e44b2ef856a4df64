package dev.cistern.image;

import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.Storage;
import dev.cistern.image.vmdk.VmdkCreator;
import dev.cistern.image.vmdk.VmdkImage;
import dev.cistern.image.vmdk.VmdkLink;
import java.io.IOException;
import java.util.Optional;

/**
 * Images over vmdk images, by delta links as VMware makes them: the upper one names the lower one's
 * file, and the id that the lower one's content has and must keep.
 *
 * <p>Blocks its carrier thread; platform threads should call it.
 */
public final class VmdkDeltas {
    private VmdkDeltas() {}

    /**
     * Lays a new, empty image over another one out on empty storage, which the caller syncs.
     *
     * @param below file of the other one, which is not written to any more
     * @param belowName that its file will have when the new one is read, in the same folder
     * @param name that the new one's file will have
     */
    public static void create(
            Directory directory, String below, String belowName, String name, Storage storage)
            throws IOException {
        try (var file = directory.openFile(below, Access.READ)) {
            var capacity = Images.info(directory, below, ImageFormat.VMDK).capacity();
            VmdkCreator.create(capacity, VmdkLink.ofChild(file, belowName), name, _ -> storage);
        }
    }

    /**
     * Has an image that is in one file say what that is called, durably: VMware looks for the data
     * under that name.
     */
    public static void name(Directory directory, String name) throws IOException {
        try (var file = directory.openFile(name, Access.READ_WRITE)) {
            VmdkLink.label(file, Optional.empty(), name);
        }
    }

    /**
     * Puts an image over what the one right below it is over, or over none, such that it reads as
     * before: what it has from that one is copied into it first. Its content keeps its id, so that
     * what is over it goes on being readable. Cut off, it is over the same as before.
     *
     * @throws ImageInUseException if anyone has the image open, or writes to one below
     */
    public static void skip(Directory directory, String name, OpenGate gate, Progress progress)
            throws IOException {
        var below = copyUp(directory, name, gate, progress);
        try (var file =
                ImageOpener.locked(access -> directory.openFile(name, access), Access.READ_WRITE)) {
            if (below.parent().isPresent()) {
                VmdkLink.move(file, below.parent().get(), below.parentId());
            } else {
                VmdkLink.standAlone(file);
            }
        }
    }

    /** Returns what the image below is over. */
    private static VmdkLink copyUp(
            Directory directory, String name, OpenGate gate, Progress progress) throws IOException {
        var opener = ImageOpener.of(OpenOptions.writing(ImageFormat.VMDK).through(gate));
        opener.open(access -> directory.openFile(name, access), Optional.of(ImageFormat.VMDK));
        try (var chain = opener.chain()) {
            var images = chain.images();
            if (images.size() < 2) {
                throw new ImageException.OutOfRange(chain.top().name() + ": is over no image");
            }
            var top = (VmdkImage) chain.top();
            top.keepContentId();
            var rest = images.size() > 2 ? Optional.of(images.get(2)) : Optional.<DiskImage>empty();
            new CopyUp(top, rest).run(progress);
        }
        return linkOfParent(directory, name, gate);
    }

    private static VmdkLink linkOfParent(Directory directory, String name, OpenGate gate)
            throws IOException {
        try (var file = directory.openFile(name, Access.READ);
                var parent =
                        gate.open(
                                VmdkLink.of(file).parent().orElseThrow(),
                                Access.READ,
                                file.name())) {
            return VmdkLink.of(parent);
        }
    }
}
