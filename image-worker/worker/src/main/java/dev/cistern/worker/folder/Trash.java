package dev.cistern.worker.folder;

import dev.cistern.common.message.Leftover;
import dev.cistern.common.message.Leftover.Room;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.worker.folder.JournalEntry.FileRef;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.ToLongFunction;

/**
 * What delete and undo put aside before it is removed, {@code .cistern/trash/<operation>.<n>}, the
 * file that makes the image as number 0; and files of volumes that can be restored, {@code
 * .cistern/trash/kept-<volume>}, which stay until someone asks for their end. Other files that the
 * image has are in the folder {@code kept-<volume>-extents}, under the names that they had.
 */
public final class Trash {
    private static final String KEPT = "kept-";
    private static final String EXTENTS = "-extents";
    private static final int MODE = 0700;

    private final Directory folder;

    Trash(Directory folder) {
        this.folder = folder;
    }

    /** Whether the file that makes the image has been put aside. */
    public boolean has(UUID operation) throws IOException {
        return folder.status(operation + ".0").isPresent();
    }

    /**
     * Puts files aside in their order. One that is not there, or is another file by now, is passed
     * over; without the first, which makes the image, none is touched.
     */
    public void take(UUID operation, Directory from, List<FileRef> files) throws IOException {
        for (var number = 0; number < files.size(); number++) {
            if (number > 0 && !has(operation)) {
                return;
            }
            takeIfThere(operation + "." + number, from, files.get(number));
        }
        from.sync();
        folder.sync();
    }

    private void takeIfThere(String name, Directory from, FileRef file) throws IOException {
        take(from, file, folder, name);
    }

    /** A file that came under the name in the last moment goes back. */
    private static void take(Directory from, FileRef file, Directory to, String name)
            throws IOException {
        var status = from.status(file.name());
        if (status.isEmpty() || status.get().inode() != file.inode()) {
            return;
        }
        from.renameNoReplace(file.name(), to, name);
        var taken = to.status(name);
        if (taken.isPresent() && taken.get().inode() != file.inode()) {
            to.renameNoReplace(name, from, file.name());
        }
    }

    /** Removes files that others have taken the place of; on disk when this returns. */
    public void drop(UUID operation, Directory from, List<FileRef> files) throws IOException {
        for (var number = 0; number < files.size(); number++) {
            takeIfThere(operation + "." + number, from, files.get(number));
        }
        from.sync();
        empty(operation);
    }

    /** Whether the file of a volume is here to be restored. */
    public boolean keeps(UUID volume) throws IOException {
        return folder.status(KEPT + volume).isPresent();
    }

    /**
     * Puts the files of a volume aside so that they can be restored, the one that makes the image
     * first; on disk when this returns. What is not there any more is passed over.
     *
     * @return false if another file has come under the name of the first in the last moment, which
     *     stays there, as do the others
     */
    public boolean keep(UUID volume, Directory from, List<FileRef> files) throws IOException {
        takeIfThere(KEPT + volume, from, files.getFirst());
        from.sync();
        folder.sync();
        if (!keeps(volume)) {
            return false;
        }
        if (files.size() > 1) {
            keepExtents(volume, from, files.subList(1, files.size()));
        }
        return true;
    }

    private void keepExtents(UUID volume, Directory from, List<FileRef> extents)
            throws IOException {
        try {
            folder.makeDirectory(KEPT + volume + EXTENTS, MODE);
        } catch (FileAlreadyExistsException _) {
            // An earlier attempt has made it.
        }
        folder.sync();
        try (var kept = folder.openDirectory(KEPT + volume + EXTENTS)) {
            for (var extent : extents) {
                take(from, extent, kept, extent.name());
            }
            kept.sync();
        }
        from.sync();
    }

    /** The other files of an image that can be restored; empty if it is all in its one file. */
    @SuppressWarnings("MustBeClosedChecker")
    public Optional<Directory> keptExtents(UUID volume) throws IOException {
        if (folder.status(KEPT + volume + EXTENTS).isEmpty()) {
            return Optional.empty();
        }
        var extents = folder.openDirectory(KEPT + volume + EXTENTS);
        if (extents.list().isEmpty()) {
            extents.close();
            return Optional.empty();
        }
        return Optional.of(extents);
    }

    /** The file by which an image that can be restored is opened. */
    public FileStorage openKept(UUID volume) throws IOException {
        return folder.openFile(KEPT + volume, Access.READ);
    }

    /**
     * Gives the file of a volume its name in the pool; on disk when this returns.
     *
     * @throws FileAlreadyExistsException if a file has that name
     */
    public void giveBack(UUID volume, Directory to, String name) throws IOException {
        folder.renameNoReplace(KEPT + volume, to, name);
        to.sync();
        folder.sync();
    }

    /**
     * Gives a file that can be restored a name in the pool, whosever it was.
     *
     * @throws FileAlreadyExistsException if a file has that name
     */
    public void giveAway(String kept, Directory to, String name) throws IOException {
        folder.renameNoReplace(kept, to, name);
    }

    /** The file that can be restored under this name of the trash's; empty if there is none. */
    public Optional<FileStatus> kept(String name) throws IOException {
        return keptFor(name).isPresent() ? folder.status(name) : Optional.empty();
    }

    /** The volume whose file has this name of the trash's; empty if it is no such name. */
    public static Optional<UUID> keptFor(String name) {
        return name.startsWith(KEPT) ? owner(name) : Optional.empty();
    }

    /** All that is here. */
    List<Leftover> leftovers() throws IOException {
        var found = new ArrayList<Leftover>();
        for (var name : folder.list()) {
            var owner = owner(name);
            var status = folder.status(name);
            if (owner.isPresent() && status.isPresent()) {
                found.add(
                        new Leftover(
                                name.startsWith(KEPT) ? Room.KEPT : Room.TRASH,
                                name,
                                owner.get(),
                                status.get().size() + extents(name, FileStatus::size),
                                status.get().allocated() + extents(name, FileStatus::allocated),
                                status.get().inode(),
                                status.get().modified()));
            }
        }
        return found;
    }

    /** The sum over the other files of an image that can be restored. */
    private long extents(String name, ToLongFunction<FileStatus> figure) throws IOException {
        var sum = 0L;
        if (name.startsWith(KEPT) && folder.status(name + EXTENTS).isPresent()) {
            try (var extents = folder.openDirectory(name + EXTENTS)) {
                for (var extent : extents.list()) {
                    sum += extents.status(extent).map(figure::applyAsLong).orElse(0L);
                }
            }
        }
        return sum;
    }

    /** By {@code kept-<volume>} or {@code <operation>.<n>}. */
    private static Optional<UUID> owner(String name) {
        var dot = name.indexOf('.');
        return name.startsWith(KEPT)
                ? id(name.substring(KEPT.length()))
                : id(dot < 0 ? "" : name.substring(0, dot));
    }

    private static Optional<UUID> id(String text) {
        try {
            return Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Removes one of them, if it is still the same. */
    void purge(String name, long inode) throws IOException {
        if (owner(name).isEmpty()) {
            return;
        }
        var status = folder.status(name);
        if (status.isPresent() && status.get().inode() == inode) {
            folder.removeTree(name + EXTENTS);
            var _ = folder.unlinkIfExists(name);
            folder.sync();
        }
    }

    /** Removes the files of a volume that could have been restored. */
    public void dropKept(UUID volume) throws IOException {
        folder.removeTree(KEPT + volume + EXTENTS);
        var _ = folder.unlinkIfExists(KEPT + volume);
    }

    /** Puts files back under their names. */
    public void restore(UUID operation, Directory to, List<FileRef> files) throws IOException {
        for (var number = files.size() - 1; number >= 0; number--) {
            var name = operation + "." + number;
            if (folder.status(name).isPresent()) {
                folder.renameNoReplace(name, to, files.get(number).name());
            }
        }
        to.sync();
    }

    /** Removes what an operation put aside. */
    public void empty(UUID operation) throws IOException {
        for (var name : folder.list()) {
            if (name.startsWith(operation + ".")) {
                var _ = folder.unlinkIfExists(name);
            }
        }
    }

    /** Removes what was put aside longer ago than this; returns how many files. */
    int emptyOlderThan(Duration age) throws IOException {
        var limit = Instant.now().minus(age);
        var removed = 0;
        for (var name : folder.list()) {
            var status = folder.status(name);
            if (status.isPresent()
                    && !name.startsWith(KEPT)
                    && status.get().changed().isBefore(limit)
                    && folder.unlinkIfExists(name)) {
                removed++;
            }
        }
        return removed;
    }
}
