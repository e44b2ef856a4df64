package dev.cistern.img;

import dev.cistern.image.lock.ImageLock;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.image.storage.OfdLock;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A new image that has its name only when it is whole. It is made in a hidden folder beside where
 * it is to be, which a lock marks as in use; what a killed process left there is removed when the
 * next image is made beside it.
 */
final class StagedTarget implements Closeable {
    private static final String PREFIX = ".cistern-img-";
    private static final String LOCK = ".cistern-lock";

    /** Names the files of an image that has several, the one by which it is opened first. */
    private static final String SET = ".cistern-set";

    private static final int LONGEST_SET = 16 << 20;
    private static final int FOLDER_MODE = 0700;
    static final int FILE_MODE = 0644;

    private final Directory parent;
    private final String file;
    private final String staging;
    private final Directory folder;
    private final OfdLock lock;

    /** The file that is to be replaced, with a lock that keeps everyone off it. */
    private final @Nullable FileStorage replaced;

    private StagedTarget(
            Directory parent,
            String file,
            String staging,
            Directory folder,
            OfdLock lock,
            @Nullable FileStorage replaced) {
        this.parent = parent;
        this.file = file;
        this.staging = staging;
        this.folder = folder;
        this.lock = lock;
        this.replaced = replaced;
    }

    /**
     * Begins to make an image.
     *
     * @throws dev.cistern.image.ImageInUseException if there is one of that name that someone has
     *     open
     */
    static StagedTarget in(Place place) throws IOException {
        removeLeftovers(place.folder());
        var replaced = toReplace(place);
        try {
            while (true) {
                var made = begin(place, replaced);
                if (made.isPresent()) {
                    return made.get();
                }
            }
        } catch (IOException e) {
            if (replaced != null) {
                replaced.close();
            }
            throw e;
        }
    }

    private static @Nullable FileStorage toReplace(Place place) throws IOException {
        if (place.folder().status(place.file()).isEmpty()) {
            return null;
        }
        var there = place.folder().openFile(place.file(), Access.READ_WRITE);
        try {
            var _ = ImageLock.exclusive(there);
            return there;
        } catch (IOException e) {
            there.close();
            throw e;
        }
    }

    /** Empty if another process took the new folder for a leftover. */
    @SuppressWarnings("MustBeClosedChecker")
    private static Optional<StagedTarget> begin(Place place, @Nullable FileStorage replaced)
            throws IOException {
        var parent = place.folder();
        var name = PREFIX + UUID.randomUUID();
        parent.makeDirectory(name, FOLDER_MODE);
        try {
            var folder = parent.openDirectory(name);
            var lock = OfdLock.tryLock(folder, LOCK, true);
            if (lock.isPresent() && parent.status(name).isPresent()) {
                return Optional.of(
                        new StagedTarget(parent, place.file(), name, folder, lock.get(), replaced));
            }
            folder.close();
            lock.ifPresent(OfdLock::close);
            return Optional.empty();
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    /** Removes what processes have left that are no more. */
    private static void removeLeftovers(Directory parent) throws IOException {
        for (var name : parent.list()) {
            if (name.startsWith(PREFIX)) {
                removeIfLeft(parent, name);
            }
        }
    }

    private static void removeIfLeft(Directory parent, String name) throws IOException {
        try (var folder = parent.openDirectory(name)) {
            var lock = OfdLock.tryLock(folder, LOCK, true);
            if (lock.isPresent()) {
                try (var _ = lock.get()) {
                    removePart(parent, folder);
                    parent.removeTree(name);
                }
            }
        } catch (NoSuchFileException _) {
            // Another process was faster.
        }
    }

    /** Removes the files of a set that got their names before the one by which it is opened did. */
    private static void removePart(Directory parent, Directory folder) throws IOException {
        if (folder.status(SET).isEmpty()) {
            return;
        }
        var set =
                new String(folder.read(SET, LONGEST_SET), StandardCharsets.UTF_8).lines().toList();
        if (folder.status(member(set.getFirst())).isEmpty()) {
            return;
        }
        for (var line : set) {
            var there = parent.status(member(line));
            if (there.isPresent() && line.equals(line(there.get(), member(line)))) {
                var _ = parent.unlinkIfExists(member(line));
            }
        }
    }

    private static String line(FileStatus status, String name) {
        return status.inode() + " " + name;
    }

    private static String member(String line) {
        return line.substring(line.indexOf(' ') + 1);
    }

    /** Where the files of the image are made, under the names that they will have. */
    Directory folder() {
        return folder;
    }

    /** What the file is called in the engine's messages while it is being made. */
    String path() {
        return folder.pathOf(file);
    }

    /**
     * Gives the files of the image their names, durably, the one by which it is opened last. An
     * image that is there already is replaced.
     */
    void publish() throws IOException {
        var others = new ArrayList<>(folder.list());
        others.removeAll(List.of(LOCK, file));
        if (!others.isEmpty()) {
            intend(others);
        }
        for (var other : others) {
            publish(other);
        }
        publish(file);
        parent.sync();
    }

    private void intend(List<String> others) throws IOException {
        var text = new StringBuilder();
        for (var name : Stream.concat(Stream.of(file), others.stream()).toList()) {
            text.append(line(folder.status(name).orElseThrow(), name)).append('\n');
        }
        folder.writeDurably(SET, text.toString().getBytes(StandardCharsets.UTF_8), FILE_MODE);
    }

    private void publish(String name) throws IOException {
        if (replaced != null) {
            folder.setMode(name, replaced.status().mode());
            folder.rename(name, parent, name);
            return;
        }
        try {
            folder.renameNoReplace(name, parent, name);
        } catch (FileAlreadyExistsException e) {
            throw new FileAlreadyExistsException(
                    parent.pathOf(name), null, "is there already, and belongs to no such image");
        }
    }

    @Override
    public void close() throws IOException {
        try (folder;
                lock;
                var _ = replaced) {
            parent.removeTree(staging);
        }
    }
}
