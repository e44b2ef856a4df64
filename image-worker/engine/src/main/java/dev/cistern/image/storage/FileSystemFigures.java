package dev.cistern.image.storage;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/**
 * A file system's size and use, in bytes.
 *
 * @param capacity its size
 * @param allocation what is in use, by whatever
 * @param available what an ordinary user can still have
 * @param readOnly whether it is mounted read-only
 * @param type its name, or its magic number in hex
 */
public record FileSystemFigures(
        long capacity, long allocation, long available, boolean readOnly, String type) {
    private static final int STRUCT_BYTES = 256;
    private static final long ST_RDONLY = 1;

    static FileSystemFigures of(int descriptor, String name) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var struct = arena.allocate(STRUCT_BYTES, Long.BYTES);
            if (Posix.fstatvfs(descriptor, struct) != 0) {
                throw Failures.of("statvfs", name);
            }
            var unit = struct.getAtIndex(ValueLayout.JAVA_LONG, 1);
            var blocks = struct.getAtIndex(ValueLayout.JAVA_LONG, 2);
            var free = struct.getAtIndex(ValueLayout.JAVA_LONG, 3);
            var available = struct.getAtIndex(ValueLayout.JAVA_LONG, 4);
            var flags = struct.getAtIndex(ValueLayout.JAVA_LONG, 9);
            return new FileSystemFigures(
                    blocks * unit,
                    (blocks - free) * unit,
                    available * unit,
                    (flags & ST_RDONLY) != 0,
                    type(descriptor, name));
        }
    }

    /** The name of the file system's type, or its magic number in hex. */
    static String type(int descriptor, String name) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var struct = arena.allocate(STRUCT_BYTES, Long.BYTES);
            if (Posix.fstatfs(descriptor, struct) != 0) {
                throw Failures.of("statfs", name);
            }
            return typeName(struct.get(ValueLayout.JAVA_LONG, 0));
        }
    }

    /** Magic numbers of statfs(2). */
    private static String typeName(long magic) {
        return switch ((int) magic) {
            case 0xef53 -> "ext4";
            case 0x58465342 -> "xfs";
            case 0x9123683e -> "btrfs";
            case 0x01021994 -> "tmpfs";
            case 0x6969 -> "nfs";
            case 0x65735546 -> "fuse";
            case 0xff534d42 -> "cifs";
            case 0x2fc12fc1 -> "zfs";
            case 0x794c7630 -> "overlayfs";
            default -> "0x" + Long.toHexString(magic);
        };
    }
}
