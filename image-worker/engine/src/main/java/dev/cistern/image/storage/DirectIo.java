package dev.cistern.image.storage;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Whether files can be read and written past the page cache (open(2), O_DIRECT). */
public final class DirectIo {
    private DirectIo() {}

    /** Whether this file, which is there, can be opened so. */
    public static boolean isPossible(Path file) {
        try (var arena = Arena.ofConfined()) {
            var name = arena.allocateFrom(file.toString(), StandardCharsets.UTF_8);
            var flags = Posix.O_RDONLY | Posix.O_CLOEXEC | Posix.O_DIRECT;
            var descriptor = Posix.openat(Posix.AT_FDCWD, name, flags, 0);
            return descriptor >= 0 && Posix.close(descriptor) == 0;
        }
    }
}
