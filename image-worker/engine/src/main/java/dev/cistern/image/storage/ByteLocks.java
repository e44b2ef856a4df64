package dev.cistern.image.storage;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Open file description locks on ranges of bytes (fcntl(2), struct flock of 64-bit Linux). */
final class ByteLocks {
    private static final int STRUCT_BYTES = 32;
    private static final short F_RDLCK = 0;
    private static final short F_WRLCK = 1;
    private static final short F_UNLCK = 2;

    private ByteLocks() {}

    /**
     * Takes a lock without waiting.
     *
     * @param length 0 for all bytes from {@code start} on
     * @return whether it was to be had
     */
    static boolean tryLock(FileStorage file, long start, long length, boolean exclusive)
            throws IOException {
        try (var arena = Arena.ofConfined()) {
            var wanted = struct(arena, exclusive ? F_WRLCK : F_RDLCK, start, length);
            if (Posix.fcntl(file.descriptor(), Posix.F_OFD_SETLK, wanted) == 0) {
                return true;
            }
            return switch (Posix.errno()) {
                case Posix.EAGAIN, Posix.EACCES -> false;
                default -> throw Failures.of("lock", file.name());
            };
        }
    }

    /** Lets go of all bytes from {@code start} to {@code start + length}. */
    static void unlock(FileStorage file, long start, long length) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var wanted = struct(arena, F_UNLCK, start, length);
            if (Posix.fcntl(file.descriptor(), Posix.F_OFD_SETLK, wanted) != 0) {
                throw Failures.of("unlock", file.name());
            }
        }
    }

    /** Whether another holder has a lock of any kind on the byte. */
    static boolean lockedByAnother(FileStorage file, long at) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var asked = struct(arena, F_WRLCK, at, 1);
            if (Posix.fcntl(file.descriptor(), Posix.F_OFD_GETLK, asked) != 0) {
                throw Failures.of("look for locks", file.name());
            }
            return asked.get(ValueLayout.JAVA_SHORT, 0) != F_UNLCK;
        }
    }

    private static MemorySegment struct(Arena arena, short type, long start, long length) {
        var struct = arena.allocate(STRUCT_BYTES, Long.BYTES);
        struct.set(ValueLayout.JAVA_SHORT, 0, type);
        struct.set(ValueLayout.JAVA_LONG, 8, start);
        struct.set(ValueLayout.JAVA_LONG, 16, length);
        return struct;
    }
}
