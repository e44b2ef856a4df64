package dev.cistern.embedded;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that does nothing but take space, so that there is some to give when the disk is full. */
final class Ballast {
    /**
     * {@code O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW}; the last differs between the two
     * machines served.
     */
    private static final int OPEN_FLAGS =
            01
                    | 0100
                    | 02000000
                    | (System.getProperty("os.arch").equals("aarch64") ? 0100000 : 0400000);

    private static final int OWNER_READ_WRITE = 0600;

    private static final MethodHandle OPEN =
            function("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), 2);
    private static final MethodHandle ALLOCATE =
            function(
                    "posix_fallocate",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG),
                    -1);
    private static final MethodHandle CLOSE =
            function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT), -1);

    private final Path file;
    private final long bytes;

    Ballast(Path file, long bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /** True once the file has its whole size; blocks are behind every byte of it. */
    boolean held() throws IOException {
        return bytes == 0 || (Files.exists(file) && Files.size(file) == bytes);
    }

    long bytes() {
        return bytes;
    }

    /**
     * Takes the space.
     *
     * @throws IOException if there is not enough; what was taken is given back
     */
    void take() throws IOException {
        drop();
        int error = allocate();
        if (error != 0) {
            drop();
            throw new IOException(
                    "%s of %s could not be set aside: error %d"
                            .formatted(Sizes.words(bytes), file, error));
        }
    }

    /** Gives the space back. */
    void drop() throws IOException {
        Files.deleteIfExists(file);
    }

    private int allocate() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(file.toString());
            int descriptor = (int) OPEN.invokeExact(name, OPEN_FLAGS, OWNER_READ_WRITE);
            if (descriptor < 0) {
                throw new IOException("The file " + file + " cannot be made");
            }
            try {
                return (int) ALLOCATE.invokeExact(descriptor, 0L, bytes);
            } finally {
                int _ = (int) CLOSE.invokeExact(descriptor);
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("restricted") // the JVM is started with --enable-native-access
    private static MethodHandle function(String name, FunctionDescriptor type, int firstVariadic) {
        Linker linker = Linker.nativeLinker();
        MemorySegment address = linker.defaultLookup().findOrThrow(name);
        return firstVariadic < 0
                ? linker.downcallHandle(address, type)
                : linker.downcallHandle(
                        address, type, Linker.Option.firstVariadicArg(firstVariadic));
    }
}
