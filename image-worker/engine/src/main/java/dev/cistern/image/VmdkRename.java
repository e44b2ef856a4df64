package dev.cistern.image;

import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.image.vmdk.VmdkCreator;
import dev.cistern.image.vmdk.VmdkLink;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Gives an image and its extents other names: the extents get second ones first, then a descriptor
 * that has those is published, and only then do the old names go.
 */
final class VmdkRename {
    private final Directory directory;
    private final String name;
    private final String newName;
    private final List<Closeable> locks = new ArrayList<>();

    VmdkRename(Directory directory, String name, String newName) {
        this.directory = directory;
        this.name = name;
        this.newName = newName;
    }

    void run() throws IOException {
        VmdkCreator.requireName(newName);
        var others = VmdkFamily.of(directory, name).others();
        if (!others.isEmpty()) {
            throw new ImageException.Unsupported(
                    "%s: has the snapshot %s, which is called after it; delete it first"
                            .formatted(directory.pathOf(name), others.getFirst().file()));
        }
        var files = VmdkImages.files(directory, name);
        try {
            var image = lock(name);
            for (var extent : files.subList(1, files.size())) {
                var _ = lock(extent);
            }
            if (VmdkLink.of(image).extents().isEmpty()) {
                renameOne(image);
            } else {
                renameAll(image, files.subList(1, files.size()));
            }
        } finally {
            for (var lock : locks.reversed()) {
                lock.close();
            }
        }
    }

    private FileStorage lock(String file) throws IOException {
        var storage = directory.openFile(file, Access.READ_WRITE);
        locks.add(storage);
        locks.add(Images.lockForRemoval(storage));
        return storage;
    }

    /** It has its own name in it, which nobody reads. */
    private void renameOne(FileStorage image) throws IOException {
        directory.renameNoReplace(name, directory, newName);
        directory.sync();
        VmdkLink.label(image, VmdkLink.of(image).label(), newName);
    }

    private void renameAll(FileStorage image, List<String> extents) throws IOException {
        var moved = extents.stream().filter(extent -> !newNameOf(extent).equals(extent)).toList();
        for (var extent : moved) {
            link(extent, newNameOf(extent));
        }
        directory.sync();
        publish(image);
        directory.unlink(name);
        for (var extent : moved) {
            directory.unlink(extent);
        }
        directory.sync();
    }

    /** As in {@code new-s001.vmdk} for {@code old-s001.vmdk}; others keep their names. */
    private String newNameOf(String extent) {
        return extent.startsWith(base(name) + "-")
                ? base(newName) + extent.substring(base(name).length())
                : extent;
    }

    private static String base(String file) {
        var dot = file.lastIndexOf('.');
        return dot < 0 ? file : file.substring(0, dot);
    }

    private void link(String file, String other) throws IOException {
        try {
            directory.link(file, directory, other);
        } catch (FileAlreadyExistsException e) {
            if (inode(file) != inode(other)) {
                throw e;
            }
        }
    }

    private long inode(String file) throws IOException {
        return directory.status(file).orElseThrow().inode();
    }

    private void publish(FileStorage image) throws IOException {
        var text = VmdkLink.withExtents(image, this::newNameOf);
        if (isPublished(text)) {
            return;
        }
        var temporary = ".new-" + UUID.randomUUID();
        try (var file =
                OpenGate.folder(directory).create(temporary, image.status(), image.name())) {
            file.writeFully(ByteBuffer.wrap(text), 0);
            file.sync();
            directory.renameNoReplace(temporary, directory, newName);
        } finally {
            var _ = directory.unlinkIfExists(temporary);
        }
        directory.sync();
    }

    /** Whether an earlier attempt has come so far. */
    private boolean isPublished(byte[] text) throws IOException {
        if (directory.status(newName).isEmpty()) {
            return false;
        }
        try (var file = directory.openFile(newName, Access.READ)) {
            var bytes = ByteBuffer.allocate(text.length);
            return file.size() == text.length
                    && file.readUpTo(bytes, 0) == 0
                    && bytes.flip().equals(ByteBuffer.wrap(text));
        }
    }
}
