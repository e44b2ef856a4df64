package dev.cistern.image.storage;

import static dev.cistern.image.storage.Posix.AT_SYMLINK_NOFOLLOW;
import static dev.cistern.image.storage.Posix.O_CLOEXEC;
import static dev.cistern.image.storage.Posix.O_DIRECTORY;
import static dev.cistern.image.storage.Posix.O_NOFOLLOW;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An open folder. Every name is looked up in it by its descriptor and never through its path again,
 * so that what is mounted over the path or moved meanwhile does not lead astray; symbolic links are
 * not followed.
 *
 * <p>Names are single components. Thread-safe but for {@link #close}; the calls block their carrier
 * thread, so platform threads should make them.
 */
public class Directory implements Closeable {
    private final int descriptor;
    private final String path;
    private final AtomicBoolean open = new AtomicBoolean(true);

    Directory(int descriptor, String path) {
        this.descriptor = descriptor;
        this.path = path;
    }

    /** Opens a folder by its path, following symbolic links in it. */
    public static Directory open(Path path) throws IOException {
        return new Directory(descriptorOf(path), path.toAbsolutePath().toString());
    }

    static int descriptorOf(Path path) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var text = path.toAbsolutePath().toString();
            var bytes = arena.allocateFrom(text, StandardCharsets.UTF_8);
            var descriptor = Posix.openat(Posix.AT_FDCWD, bytes, O_DIRECTORY | O_CLOEXEC, 0);
            if (descriptor < 0) {
                throw Failures.of("open", text);
            }
            return descriptor;
        }
    }

    /** Opens a folder in this one. */
    public Directory openDirectory(String name) throws IOException {
        return new Directory(openAt(name, O_DIRECTORY | O_NOFOLLOW, 0), pathOf(name));
    }

    /**
     * Makes a folder.
     *
     * @param mode permission bits, less the process's umask
     * @throws FileAlreadyExistsException if the name is taken
     */
    public void makeDirectory(String name, int mode) throws IOException {
        try (var arena = Arena.ofConfined()) {
            check(Posix.mkdirat(descriptor, bytes(arena, name), mode), "mkdir", name);
        }
    }

    /**
     * Opens an ordinary file.
     *
     * @throws FileSystemException if it is a symbolic link, folder, device, pipe or socket
     */
    public FileStorage openFile(String name, Access access) throws IOException {
        return openFile(
                name,
                status(name).orElseThrow(() -> new NoSuchFileException(pathOf(name))),
                access);
    }

    /** The same for one whose status was just read here. */
    public FileStorage openFile(String name, FileStatus found, Access access) throws IOException {
        requireRegular(name, found);
        var file = storage(openAt(name, access.flags() | O_NOFOLLOW | Posix.O_NONBLOCK, 0), name);
        try {
            requireRegular(name, file.status());
            return file;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    private void requireRegular(String name, FileStatus status) throws FileSystemException {
        if (!status.isRegular()) {
            throw new FileSystemException(pathOf(name), null, "is not an ordinary file");
        }
    }

    /**
     * Makes a file and opens it for reading and writing.
     *
     * @param mode permission bits, less the process's umask
     * @throws FileAlreadyExistsException if the name is taken
     */
    public FileStorage createFile(String name, int mode) throws IOException {
        return storage(
                openAt(name, Posix.O_RDWR | Posix.O_CREAT | Posix.O_EXCL | O_NOFOLLOW, mode), name);
    }

    /** What is read and written through an open file. */
    FileStorage storage(int file, String name) throws IOException {
        return new FileStorage(file, pathOf(name));
    }

    /** A descriptor of a file that is there or is made, for its locks alone. */
    int openOrCreate(String name, int mode) throws IOException {
        return openAt(name, Posix.O_RDWR | Posix.O_CREAT | O_NOFOLLOW, mode);
    }

    private int openAt(String name, int flags, int mode) throws IOException {
        try (var arena = Arena.ofConfined()) {
            return check(
                    Posix.openat(descriptor, bytes(arena, name), flags | O_CLOEXEC, mode),
                    "open",
                    name);
        }
    }

    /**
     * Moves a file without ever replacing another. Where the file system cannot do that in one
     * step, it is a link and an unlink, between which the file has both names.
     *
     * @throws FileAlreadyExistsException if the new name is taken
     * @throws NoSuchFileException if there is no file of the old name
     */
    public void renameNoReplace(String name, Directory to, String newName) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var from = bytes(arena, name);
            var into = bytes(arena, newName);
            var result =
                    Posix.renameat2(descriptor, from, to.descriptor, into, Posix.RENAME_NOREPLACE);
            if (result == 0) {
                return;
            }
            switch (Posix.errno()) {
                case Posix.EINVAL, Posix.ENOSYS -> {
                    check(
                            Posix.linkat(descriptor, from, to.descriptor, into),
                            "link",
                            name,
                            to.pathOf(newName));
                    check(Posix.unlinkat(descriptor, from, 0), "unlink", name);
                }
                default -> check(result, "rename", name, to.pathOf(newName));
            }
        }
    }

    /** Moves a file or folder; a file of the new name is replaced. */
    public void rename(String name, Directory to, String newName) throws IOException {
        try (var arena = Arena.ofConfined()) {
            check(
                    Posix.renameat2(
                            descriptor,
                            bytes(arena, name),
                            to.descriptor,
                            bytes(arena, newName),
                            0),
                    "rename",
                    name);
        }
    }

    /** The same; false if there is nothing of the old name. */
    public boolean renameIfExists(String name, Directory to, String newName) throws IOException {
        try {
            rename(name, to, newName);
            return true;
        } catch (NoSuchFileException _) {
            return false;
        }
    }

    /**
     * Gives a file a second name.
     *
     * @throws FileAlreadyExistsException if the name is taken
     */
    public void link(String name, Directory to, String newName) throws IOException {
        try (var arena = Arena.ofConfined()) {
            check(
                    Posix.linkat(
                            descriptor, bytes(arena, name), to.descriptor, bytes(arena, newName)),
                    "link",
                    name,
                    to.pathOf(newName));
        }
    }

    /** Removes a name that is not a folder's. */
    public void unlink(String name) throws IOException {
        unlinkAt(name, 0);
    }

    /** The same; false if there is no such name. */
    public boolean unlinkIfExists(String name) throws IOException {
        try {
            unlink(name);
            return true;
        } catch (NoSuchFileException _) {
            return false;
        }
    }

    /** Removes an empty folder. */
    public void removeDirectory(String name) throws IOException {
        unlinkAt(name, Posix.AT_REMOVEDIR);
    }

    private void unlinkAt(String name, int flags) throws IOException {
        try (var arena = Arena.ofConfined()) {
            check(Posix.unlinkat(descriptor, bytes(arena, name), flags), "unlink", name);
        }
    }

    /** Removes a folder with all that is in it; what is gone already is passed over. */
    public void removeTree(String name) throws IOException {
        try (var folder = openDirectory(name)) {
            for (var entry : folder.list()) {
                var status = folder.status(entry);
                if (status.isPresent() && status.get().type() == FileStatus.Type.DIRECTORY) {
                    folder.removeTree(entry);
                } else {
                    var _ = folder.unlinkIfExists(entry);
                }
            }
        } catch (NoSuchFileException _) {
            return;
        }
        try {
            removeDirectory(name);
        } catch (NoSuchFileException _) {
            // Someone else was faster.
        }
    }

    /**
     * The names in the folder, without {@code .} and {@code ..}, in no order. A name that is not
     * UTF-8 is left out: it cannot be written in JSON, nor asked for here.
     */
    public List<String> list() throws IOException {
        try (var again = new Directory(openAt(".", O_DIRECTORY, 0), path)) {
            return Listing.names(again.descriptor, path);
        }
    }

    /** A file's status; empty if there is none of that name. */
    public Optional<FileStatus> status(String name) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var status = FileStatus.read(descriptor, bytes(arena, name), AT_SYMLINK_NOFOLLOW);
            if (status == null && Posix.errno() != Posix.ENOENT) {
                throw Failures.of("stat", pathOf(name));
            }
            return Optional.ofNullable(status);
        }
    }

    /** The status of the folder itself. */
    public FileStatus status() throws IOException {
        return FileStatus.of(descriptor, path);
    }

    /**
     * Gives a file or folder another owner.
     *
     * @param user −1 to leave it
     * @param group −1 to leave it
     */
    public void setOwner(String name, int user, int group) throws IOException {
        try (var arena = Arena.ofConfined()) {
            check(
                    Posix.fchownat(
                            descriptor, bytes(arena, name), user, group, AT_SYMLINK_NOFOLLOW),
                    "chown",
                    name);
        }
    }

    /** Gives an ordinary file or a folder exactly these permission bits. */
    public void setMode(String name, int mode) throws IOException {
        var handle = openAt(name, Posix.O_RDONLY | O_NOFOLLOW | Posix.O_NONBLOCK, 0);
        try {
            check(Posix.fchmod(handle, mode), "chmod", name);
        } finally {
            Posix.close(handle);
        }
    }

    /**
     * Brings names made, moved and removed here to the disk. Those who ask while it is done for
     * another share the next time.
     */
    public void sync() throws IOException {
        SharedSync.of(status(), this::syncAlone);
    }

    private void syncAlone() throws IOException {
        if (Posix.fsync(descriptor) != 0) {
            throw Failures.of("fsync", path);
        }
    }

    /**
     * The content of a small file.
     *
     * @throws FileSystemException if it is longer than {@code atMost} bytes
     */
    public byte[] read(String name, int atMost) throws IOException {
        try (var file = openFile(name, Access.READ)) {
            var size = file.size();
            if (size > atMost) {
                throw new FileSystemException(
                        pathOf(name),
                        null,
                        "is %d bytes long, where at most %d make sense".formatted(size, atMost));
            }
            var buffer = ByteBuffer.allocate((int) size);
            var length = file.read(buffer, 0);
            return length == size
                    ? buffer.array()
                    : Arrays.copyOf(buffer.array(), Math.max(0, length));
        }
    }

    /**
     * Writes a small file in one step: whoever reads it sees all of the old content or all of the
     * new. On disk when this returns.
     */
    public void writeDurably(String name, byte[] content, int mode) throws IOException {
        replace(name, content, mode);
        sync();
    }

    /** The same, but for when it comes to the disk: until then a crash leaves the old content. */
    public void replace(String name, byte[] content, int mode) throws IOException {
        var temporary = ".new-" + UUID.randomUUID();
        try {
            try (var file = createFile(temporary, mode)) {
                file.writeFully(ByteBuffer.wrap(content), 0);
                file.sync();
            }
            rename(temporary, this, name);
        } catch (IOException e) {
            var _ = unlinkIfExists(temporary);
            throw e;
        }
    }

    /**
     * Adds to the end of a file that is there, for when it comes to the disk: a crash may leave any
     * part of it.
     */
    public void append(String name, byte[] content) throws IOException {
        var flags = Posix.O_WRONLY | Posix.O_APPEND | O_NOFOLLOW | Posix.O_NONBLOCK;
        try (var file = storage(openAt(name, flags, 0), name)) {
            file.writeFully(ByteBuffer.wrap(content), 0);
        }
    }

    /** The file system that the folder is on. */
    public FileSystemFigures fileSystem() throws IOException {
        return FileSystemFigures.of(descriptor, path);
    }

    /** The path by which it was opened, for messages. */
    public String path() {
        return path;
    }

    /** Where a name in it is, for messages. */
    public String pathOf(String name) {
        return path + "/" + name;
    }

    private int check(int result, String what, String name) throws IOException {
        return check(result, what, name, pathOf(name));
    }

    /** The new name is the one that is in the way when one is. */
    private int check(int result, String what, String name, String newPath) throws IOException {
        if (result < 0) {
            var errno = Posix.errno();
            throw Failures.of(errno, what, errno == Posix.EEXIST ? newPath : pathOf(name));
        }
        return result;
    }

    private static MemorySegment bytes(Arena arena, String name) {
        if (name.isEmpty() || name.indexOf('/') >= 0 || name.indexOf('\0') >= 0) {
            throw new InvalidPathException(name, "is not a single name");
        }
        return arena.allocateFrom(name, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            Posix.close(descriptor);
        }
    }
}
