package dev.cistern.image.storage;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the file system says of a file (statx(2)); of a symbolic link, not of what it points to.
 *
 * @param device number of the file system
 * @param size length in bytes
 * @param allocated bytes that the file system spends
 * @param modified when the content last changed
 * @param changed when content, name or attributes last changed
 * @param mode permission bits, without the type
 * @param links how many names it has
 */
public record FileStatus(
        Type type,
        long device,
        long inode,
        long size,
        long allocated,
        Instant modified,
        Instant changed,
        int mode,
        int user,
        int group,
        int links) {
    private static final int STRUCT_BYTES = 256;

    private static final ThreadLocal<MemorySegment> STRUCT =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STRUCT_BYTES, Long.BYTES));

    private static final MemorySegment NO_NAME = Arena.global().allocateFrom("");

    /** Everything in the basic set. */
    private static final int BASIC_STATS = 0x7ff;

    private static final int SECTOR = 512;
    private static final int TYPE_MASK = 0170000;

    /** What a name stands for. */
    public enum Type {
        REGULAR,
        DIRECTORY,
        SYMBOLIC_LINK,
        /** A device, pipe or socket. */
        OTHER
    }

    /** Whether it is an ordinary file. */
    public boolean isRegular() {
        return type == Type.REGULAR;
    }

    /** The status of what is open. */
    static FileStatus of(int descriptor, String path) throws IOException {
        var status = read(descriptor, NO_NAME, Posix.AT_EMPTY_PATH);
        if (status == null) {
            throw Failures.of("stat", path);
        }
        return status;
    }

    /** Returns null after a failure, whose reason is in errno. */
    static @Nullable FileStatus read(int folder, MemorySegment name, int flags) {
        var struct = STRUCT.get();
        return Posix.statx(folder, name, flags, BASIC_STATS, struct) == 0 ? of(struct) : null;
    }

    /** The offsets of statx(2), the same on every architecture. */
    private static FileStatus of(MemorySegment struct) {
        var mode = struct.get(ValueLayout.JAVA_SHORT, 28) & 0xffff;
        return new FileStatus(
                type(mode & TYPE_MASK),
                ((long) struct.get(ValueLayout.JAVA_INT, 136) << Integer.SIZE)
                        | Integer.toUnsignedLong(struct.get(ValueLayout.JAVA_INT, 140)),
                struct.get(ValueLayout.JAVA_LONG, 32),
                struct.get(ValueLayout.JAVA_LONG, 40),
                struct.get(ValueLayout.JAVA_LONG, 48) * SECTOR,
                time(struct, 112),
                time(struct, 96),
                mode & ~TYPE_MASK,
                struct.get(ValueLayout.JAVA_INT, 20),
                struct.get(ValueLayout.JAVA_INT, 24),
                struct.get(ValueLayout.JAVA_INT, 16));
    }

    private static Type type(int bits) {
        return switch (bits) {
            case 0100000 -> Type.REGULAR;
            case 0040000 -> Type.DIRECTORY;
            case 0120000 -> Type.SYMBOLIC_LINK;
            default -> Type.OTHER;
        };
    }

    private static Instant time(MemorySegment struct, long offset) {
        return Instant.ofEpochSecond(
                struct.get(ValueLayout.JAVA_LONG, offset),
                struct.get(ValueLayout.JAVA_INT, offset + Long.BYTES));
    }
}
