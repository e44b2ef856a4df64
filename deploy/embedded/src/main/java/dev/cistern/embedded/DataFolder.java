package dev.cistern.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The folder with everything that one running system keeps, locked against a second one for as long
 * as this object is open.
 *
 * <p>The lock is the operating system's on the file {@code lock}: it ends with the process, however
 * that ends. The file names the process that holds it and stays behind.
 */
public final class DataFolder implements AutoCloseable {
    /** Least free space to start with. */
    public static final long REQUIRED_BYTES = 512 * Sizes.MIB;

    /**
     * Folders that this JVM holds: closing any channel on a lock file would drop the JVM's lock on
     * it.
     */
    private static final Set<Path> HELD = new HashSet<>();

    private final Path path;
    private final FileChannel lockFile;

    private DataFolder(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /**
     * Makes the folder if need be, locks it, and looks for free space.
     *
     * @throws StartupException if it cannot be written, is in use, or has less than 512 MiB free
     */
    public static DataFolder open(Path folder) throws IOException {
        Path path = create(folder);
        synchronized (HELD) {
            if (!HELD.add(path)) {
                throw inUse(path, Long.toString(ProcessHandle.current().pid()));
            }
        }
        try {
            var opened = new DataFolder(path, lock(path));
            try {
                opened.requireSpace();
                return opened;
            } catch (IOException e) {
                opened.lockFile.close();
                throw e;
            }
        } catch (IOException e) {
            release(path);
            throw e;
        }
    }

    /** Absolute, without symbolic links. */
    public Path path() {
        return path;
    }

    /** Bytes that this user can still write to the folder's file system. */
    public long availableBytes() throws IOException {
        return Files.getFileStore(path).getUsableSpace();
    }

    /** Unlocks the folder; whatever works in it must have ended. */
    @Override
    public void close() throws IOException {
        lockFile.close();
        release(path);
    }

    Path ballast() {
        return path.resolve("ballast");
    }

    private static Path create(Path folder) throws StartupException {
        try {
            return Files.createDirectories(folder).toRealPath();
        } catch (IOException e) {
            throw new StartupException(
                    "The data folder %s cannot be made: %s"
                            .formatted(folder.toAbsolutePath(), reason(e)),
                    e);
        }
    }

    private static FileChannel lock(Path path) throws IOException {
        FileChannel channel = openLockFile(path);
        @Nullable FileLock lock = channel.tryLock();
        if (lock == null) {
            String holder = Files.readString(path.resolve("lock")).strip();
            channel.close();
            throw inUse(path, holder);
        }
        channel.truncate(0);
        channel.write(
                ByteBuffer.wrap(
                        (ProcessHandle.current().pid() + "\n")
                                .getBytes(StandardCharsets.US_ASCII)));
        return channel;
    }

    private static FileChannel openLockFile(Path path) throws StartupException {
        try {
            return FileChannel.open(
                    path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new StartupException(
                    "The data folder %s cannot be written: %s".formatted(path, reason(e)), e);
        }
    }

    private void requireSpace() throws IOException {
        long held = Files.exists(ballast()) ? Files.size(ballast()) : 0;
        long free = availableBytes() + held;
        if (free < REQUIRED_BYTES) {
            throw new StartupException(
                    "The data folder %s has %s free, but Cistern needs %s to start"
                            .formatted(path, Sizes.words(free), Sizes.words(REQUIRED_BYTES)));
        }
    }

    private static StartupException inUse(Path path, String holder) {
        return new StartupException(
                "The data folder %s is in use by process %s: stop that one or choose another folder"
                        .formatted(path, holder.isEmpty() ? "of unknown number" : holder));
    }

    /** File system exceptions say the file first and the reason after; many say only the file. */
    private static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException _ -> "permission denied";
            case FileAlreadyExistsException _ -> "a file of that name is in the way";
            case NoSuchFileException _ -> "no file can be made there";
            case FileSystemException f when f.getReason() != null -> f.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }

    private static void release(Path path) {
        synchronized (HELD) {
            HELD.remove(path);
        }
    }
}
