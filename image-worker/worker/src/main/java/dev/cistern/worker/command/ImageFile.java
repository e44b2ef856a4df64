package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.ImageInfo;
import dev.cistern.image.Images;
import dev.cistern.image.OpenGate;
import dev.cistern.image.OpenOptions;
import dev.cistern.image.lock.ImageLock;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.worker.folder.JournalEntry.FileRef;
import dev.cistern.worker.folder.Ownership;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The file of a volume that is there: it has the name and the inode that it is known by. Files that
 * it names are opened if they are in the pool's folder.
 *
 * @param secret name of the one that opens it; null if there is none, or none is known
 * @param gate through which it has files that it names opened or made
 */
record ImageFile(
        Directory folder,
        FileRef file,
        ImageFormat format,
        @Nullable String secret,
        Keys keys,
        OpenGate gate) {

    /**
     * Finds it.
     *
     * @throws ProblemException with {@link ProblemCode#VOLUME_MISSING} or {@link
     *     ProblemCode#VOLUME_DRIFTED} if there is none, or another one
     */
    static ImageFile of(Command.OnImage command, VolumeWork volume) throws IOException {
        return of(command.image(), volume.pool().files(), volume.keys());
    }

    /** The same for one in whatever folder. */
    static ImageFile of(ImageRef image, Directory folder, Keys keys) throws IOException {
        VolumeNames.require(image.name());
        var found = find(image, folder);
        return new ImageFile(
                folder,
                new FileRef(image.name(), found.inode()),
                format(image),
                image.secret(),
                keys,
                OpenGate.folder(folder));
    }

    /** The same, which has other files opened and made through this. */
    ImageFile through(OpenGate other) {
        return new ImageFile(folder, file, format, secret, keys, other);
    }

    /** Another one in the same folder. */
    ImageFile beside(ImageRef image) throws IOException {
        return of(image, folder, keys);
    }

    private static FileStatus find(ImageRef image, Directory folder) throws IOException {
        var status = folder.status(image.name());
        var inode = image.inode();
        if (status.isEmpty() || inode == null) {
            throw missing(image, folder);
        }
        if (status.get().inode() != inode || !status.get().isRegular()) {
            throw drifted(image, folder);
        }
        return status.get();
    }

    private static ProblemException missing(ImageRef image, Directory folder) {
        return new ProblemException(
                ProblemCode.VOLUME_MISSING,
                "the pool folder %s has no file %s: put it back and refresh the pool, or delete the volume"
                        .formatted(folder.path(), image.name()));
    }

    private static ProblemException drifted(ImageRef image, Directory folder) {
        return new ProblemException(
                ProblemCode.VOLUME_DRIFTED,
                "the file %s in the pool folder %s is not the volume's, which had inode %d: it stays as it is; refresh the pool"
                        .formatted(image.name(), folder.path(), image.inode()));
    }

    private static ImageFormat format(ImageRef image) {
        return ImageFormat.of(image.format())
                .orElseThrow(
                        () ->
                                new ProblemException(
                                        ProblemCode.UNSUPPORTED,
                                        "the file %s is of the format '%s', which is not known"
                                                .formatted(image.name(), image.format())));
    }

    /**
     * Opens the image for writing under QEMU's locks.
     *
     * @throws dev.cistern.image.ImageInUseException if a virtual machine or tool has it open
     */
    DiskImage open() throws IOException {
        var image = Images.open(folder, file.name(), options(Access.READ_WRITE));
        try {
            requireSame();
            return image;
        } catch (IOException | RuntimeException e) {
            image.close();
            throw e;
        }
    }

    /**
     * Opens the bare file under QEMU's lock, of a reader or of a writer.
     *
     * @throws dev.cistern.image.ImageInUseException if someone has it open who is in the way
     */
    FileStorage hold(Access access) throws IOException {
        var storage = folder.openFile(file.name(), access);
        try {
            var _ =
                    switch (access) {
                        case READ -> ImageLock.reader(storage);
                        case READ_WRITE -> ImageLock.writer(storage);
                    };
            requireSame();
            return storage;
        } catch (IOException | RuntimeException e) {
            storage.close();
            throw e;
        }
    }

    /**
     * Opens the bare file such that nobody else can have it open until it is closed.
     *
     * @throws dev.cistern.image.ImageInUseException if a virtual machine or tool has it open
     */
    FileStorage holdAlone() throws IOException {
        var storage = folder.openFile(file.name(), Access.READ_WRITE);
        try {
            var _ = Images.lockForRemoval(storage);
            requireSame();
            return storage;
        } catch (IOException | RuntimeException e) {
            storage.close();
            throw e;
        }
    }

    /** Opens the image for reading while its file is held; only what it names is locked. */
    DiskImage read() throws IOException {
        return Images.openNew(folder.openFile(file.name(), Access.READ), options(Access.READ));
    }

    /** Opens the bare file for reading while it is held. */
    FileStorage bytes() throws IOException {
        return folder.openFile(file.name(), Access.READ);
    }

    /** Opens the image for a look, whoever has it open. */
    DiskImage look() throws IOException {
        return Images.open(folder, file.name(), options(Access.READ).withoutLocks());
    }

    /** What it says of itself. */
    ImageInfo info() throws IOException {
        return Images.info(folder, file.name(), format);
    }

    /** How it is opened: with its passphrase, and with files in its folder. */
    OpenOptions options(Access access) {
        return new OpenOptions(Optional.of(format), access, gate, keys.secrets(secret));
    }

    /** Asked once the locks are taken: from then on nobody puts another file under the name. */
    void requireSame() throws IOException {
        var now = folder.status(file.name());
        var image = new ImageRef(file.name(), format.text(), file.inode());
        if (now.isEmpty()) {
            throw missing(image, folder);
        }
        if (now.get().inode() != file.inode()) {
            throw drifted(image, folder);
        }
    }

    /** What there is to say of it now. */
    FileFacts facts() throws IOException {
        return Facts.of(folder, file.name(), status(), format.text());
    }

    /** Owner and mode of the file. */
    Permissions permissions() throws IOException {
        return Ownership.of(status());
    }

    /** The status of the file that has its name. */
    FileStatus status() throws IOException {
        return folder.status(file.name())
                .orElseThrow(
                        () ->
                                missing(
                                        new ImageRef(file.name(), format.text(), file.inode()),
                                        folder));
    }
}
