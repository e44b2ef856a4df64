package dev.cistern.image.lock;

import dev.cistern.image.ImageInUseException;
import dev.cistern.image.storage.FileStorage;
import java.io.Closeable;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;

/**
 * QEMU's lock on an image (QEMU, block/file-posix.c). For each permission that a user has, and for
 * each that it does not share with others, it holds a read lock on one byte; then it looks whether
 * others have what it does not share, or do not share what it has. Read locks alone never conflict,
 * so the second half is what makes it a lock.
 */
public final class ImageLock implements Closeable {
    private static final long USED = 100;
    private static final long NOT_SHARED = 200;

    private final FileStorage file;
    private final Set<Permission> used;
    private final Set<Permission> notShared;

    /** What can be done with an image, with the number of QEMU's bit (BLK_PERM_*). */
    enum Permission {
        CONSISTENT_READ(0),
        WRITE(1),
        WRITE_UNCHANGED(2),
        RESIZE(3);

        private final int bit;

        Permission(int bit) {
            this.bit = bit;
        }

        long usedByte() {
            return USED + bit;
        }

        long notSharedByte() {
            return NOT_SHARED + bit;
        }
    }

    private ImageLock(FileStorage file, Set<Permission> used, Set<Permission> notShared) {
        this.file = file;
        this.used = used;
        this.notShared = notShared;
    }

    /**
     * Takes an image for oneself.
     *
     * @throws ImageInUseException if anyone has it open
     */
    public static ImageLock exclusive(FileStorage file) throws IOException {
        var all = EnumSet.allOf(Permission.class);
        return take(file, all, all);
    }

    /**
     * Reads an image whose content must not change meanwhile.
     *
     * @throws ImageInUseException if anyone writes to it
     */
    public static ImageLock reader(FileStorage file) throws IOException {
        return take(
                file,
                EnumSet.of(Permission.CONSISTENT_READ),
                EnumSet.of(Permission.WRITE, Permission.RESIZE));
    }

    /**
     * Reads and writes an image that nobody else writes to, or reads as if it stood still.
     *
     * @throws ImageInUseException if anyone has it open who would not bear that
     */
    public static ImageLock writer(FileStorage file) throws IOException {
        return take(
                file,
                EnumSet.of(Permission.CONSISTENT_READ, Permission.WRITE, Permission.RESIZE),
                EnumSet.of(Permission.WRITE, Permission.RESIZE));
    }

    private static ImageLock take(FileStorage file, Set<Permission> used, Set<Permission> notShared)
            throws IOException {
        var lock = new ImageLock(file, used, notShared);
        var held = false;
        try {
            held = lock.hold() && !lock.conflicts();
        } finally {
            if (!held) {
                lock.close();
            }
        }
        if (!held) {
            throw lock.inUse();
        }
        return lock;
    }

    private boolean hold() throws IOException {
        for (var permission : used) {
            if (!file.tryLock(permission.usedByte(), 1, false)) {
                return false;
            }
        }
        for (var permission : notShared) {
            if (!file.tryLock(permission.notSharedByte(), 1, false)) {
                return false;
            }
        }
        return true;
    }

    private boolean conflicts() throws IOException {
        for (var permission : used) {
            if (file.lockedByAnother(permission.notSharedByte())) {
                return true;
            }
        }
        for (var permission : notShared) {
            if (file.lockedByAnother(permission.usedByte())) {
                return true;
            }
        }
        return false;
    }

    /**
     * Names the holder; own locks are gone by then, so that none of them is taken for another's.
     */
    private ImageInUseException inUse() throws IOException {
        return new ImageInUseException(file.name(), LockHolders.of(file.status().inode()));
    }

    @Override
    public void close() throws IOException {
        for (var permission : used) {
            file.unlock(permission.usedByte(), 1);
        }
        for (var permission : notShared) {
            file.unlock(permission.notSharedByte(), 1);
        }
    }
}
