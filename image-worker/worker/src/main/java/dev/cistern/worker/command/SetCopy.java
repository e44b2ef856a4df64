package dev.cistern.worker.command;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.ImageInfo;
import dev.cistern.image.Images;
import dev.cistern.image.Progress;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileCopy;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.image.vmdk.VmdkLink;
import dev.cistern.worker.folder.StagedFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Makes a vmdk image of several files anew, called otherwise: its extents as they are, and a
 * descriptor that names them as they are called then. Nobody writes to the image meanwhile.
 *
 * @param folder that the extents are in
 * @param extents all that the image has
 * @param names what those are called in the new image, in the same order
 */
record SetCopy(Directory folder, List<String> extents, List<String> names) {

    /** How the extents come to have other names. */
    enum Way {
        /** By second names where the file system can, as if they were moved. */
        LINK,
        /** As copies that share their blocks where the file system can. */
        SHARE,
        /** As such copies, or not at all. */
        SHARE_ONLY,
        /** As copies. */
        COPY
    }

    /** Whether an image is of several files, and can be copied so. */
    static boolean isSeveral(ImageInfo info) {
        return !Extents.of(info).isEmpty();
    }

    /**
     * The image in a folder, to be called so.
     *
     * @throws ProblemException if it has parts that are not its own
     */
    static SetCopy of(Directory folder, String image, String newName) throws IOException {
        var extents = Extents.of(Images.info(folder, image, ImageFormat.VMDK));
        for (var extent : extents) {
            if (!Extents.areCalledAfter(image, extent)) {
                throw notItsOwn(image, extent, "is not called after it");
            }
            if (folder.status(extent).filter(FileStatus::isRegular).isEmpty()) {
                throw notItsOwn(image, extent, "is not there");
            }
        }
        return renamed(folder, image, extents, newName);
    }

    private static SetCopy renamed(
            Directory folder, String image, List<String> extents, String newName) {
        return new SetCopy(
                folder,
                extents,
                extents.stream().map(extent -> Extents.renamed(extent, image, newName)).toList());
    }

    /**
     * An image that was put aside, whose extents are alone in a folder under the names that they
     * had.
     */
    static SetCopy ofKept(Directory folder, String newName) throws IOException {
        var extents = folder.list().stream().filter(Extents::isName).sorted().toList();
        return renamed(folder, Extents.imageOf(extents.getFirst()), extents, newName);
    }

    /**
     * The copy that a snapshot of an image is, to be called so.
     *
     * @throws ProblemException if someone has removed a part of it
     */
    static SetCopy ofSnapshot(Directory folder, String copy, String newName) throws IOException {
        var extents = Extents.of(Images.info(folder, copy, ImageFormat.VMDK));
        for (var extent : extents) {
            if (folder.status(extent).isEmpty()) {
                throw new ProblemException(
                        ProblemCode.SNAPSHOT_NOT_FOUND,
                        "the file %s of a snapshot of %s has been removed from the pool's folder: delete the snapshot"
                                .formatted(folder.pathOf(extent), newName));
            }
        }
        return renamed(folder, copy, extents, newName);
    }

    /**
     * The same, with names that no file in a folder has: there the image comes in the place of one
     * that has its own extents until then.
     */
    SetCopy beside(Directory others) throws IOException {
        return new SetCopy(folder, extents, Extents.free(names, others));
    }

    private static ProblemException notItsOwn(String image, String extent, String why) {
        return new ProblemException(
                ProblemCode.UNSUPPORTED,
                "%s has data in the file %s, which %s: convert it, or clone it to another format"
                        .formatted(image, extent, why));
    }

    /**
     * Makes the files, synced when this returns.
     *
     * @param descriptor the file by which the image is opened
     * @return whether all extents share their blocks with those that there were
     * @throws ProblemException if they were to share and cannot
     */
    boolean make(
            FileStorage descriptor,
            Way way,
            StagedFiles staged,
            Permissions permissions,
            Progress progress)
            throws IOException {
        var shared = true;
        var done = 0L;
        var total = size();
        for (var number = 0; number < extents.size(); number++) {
            var extent = extents.get(number);
            var size = folder.status(extent).map(FileStatus::size).orElse(0L);
            var name = names.get(number);
            VolumeNames.require(name);
            if (way != Way.LINK || !staged.linkExtent(folder, extent, name)) {
                shared &=
                        copy(extent, name, way, staged, permissions, after(done, total, progress));
            }
            done += size;
        }
        describe(descriptor, staged, permissions);
        return shared;
    }

    private long size() throws IOException {
        var sum = 0L;
        for (var extent : extents) {
            sum += folder.status(extent).map(FileStatus::size).orElse(0L);
        }
        return sum;
    }

    private boolean copy(
            String extent,
            String name,
            Way way,
            StagedFiles staged,
            Permissions permissions,
            Progress progress)
            throws IOException {
        try (var from = folder.openFile(extent, Access.READ);
                var to = staged.createExtent(name, permissions)) {
            var shared = way != Way.COPY && to.cloneFrom(from);
            if (!shared && way == Way.SHARE_ONLY) {
                throw new ProblemException(
                        ProblemCode.UNSUPPORTED,
                        "the file system of %s has no reflinks to where the new image is to be: clone in full, or linked"
                                .formatted(folder.path()));
            }
            if (!shared) {
                FileCopy.copyBytes(from, to, progress.ofFile());
            }
            to.sync();
            return shared;
        }
    }

    private void describe(FileStorage descriptor, StagedFiles staged, Permissions permissions)
            throws IOException {
        var text = VmdkLink.withExtents(descriptor, this::newName);
        try (var file = staged.createImage(permissions)) {
            file.writeFully(ByteBuffer.wrap(text), 0);
            file.sync();
        }
    }

    private String newName(String extent) {
        var number = extents.indexOf(extent);
        return number < 0 ? extent : names.get(number);
    }

    /** The progress of one of several files. */
    private static Progress after(long done, long total, Progress progress) {
        return new Progress() {
            @Override
            public void at(long ofFile, long size) throws IOException {
                progress.at(done + ofFile, total);
            }

            @Override
            public void copied(long bytes) throws IOException {
                progress.copied(bytes);
            }
        };
    }

    /** How a clone's extents are made. */
    static Way way(CloneStrategy strategy) {
        return switch (strategy) {
            case BEST -> Way.SHARE;
            case REFLINK -> Way.SHARE_ONLY;
            case FULL -> Way.COPY;
            case LINKED ->
                    throw new IllegalArgumentException("a linked clone has no extents of its own");
        };
    }
}
