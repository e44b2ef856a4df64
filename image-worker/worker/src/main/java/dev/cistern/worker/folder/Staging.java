package dev.cistern.worker.folder;

import dev.cistern.common.message.Leftover;
import dev.cistern.common.message.Leftover.Room;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.worker.execution.DroppedException;
import dev.cistern.worker.folder.JournalEntry.FileRef;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Where everything new is made, {@code .cistern/staging/<operation>.<attempt>/}.
 *
 * <p>What an earlier attempt has there is withdrawn in an order that a late awakening of that
 * attempt cannot upset: its folder is renamed, then its files are, so that it either has published
 * a file before or finds it no more; then those of an image's files that it has published without
 * the one that makes the image are taken back; then its intent is called off; then all of it is
 * removed.
 */
public final class Staging {
    private static final int MODE = 0700;
    private static final String WITHDRAWN = "withdrawn-";

    private final Directory folder;
    private final Journal journal;
    private final Directory pool;

    Staging(Directory folder, Journal journal, Directory pool) {
        this.folder = folder;
        this.journal = journal;
        this.pool = pool;
    }

    /** A new folder for this attempt, once what earlier ones left is withdrawn. */
    public StagedFiles begin(UUID operation, int attempt) throws IOException {
        var name = operation + "." + attempt;
        folder.makeDirectory(name, MODE);
        return new StagedFiles(folder, name, folder.openDirectory(name));
    }

    /**
     * Withdraws what attempts up to this one left.
     *
     * @throws DroppedException if a later attempt has been here
     */
    public void withdraw(UUID operation, int upTo) throws IOException {
        for (var entry : entries()) {
            if (entry.operation().equals(operation)) {
                if (entry.attempt() > upTo) {
                    throw new DroppedException("attempt " + entry.attempt() + " has it");
                }
                withdraw(entry);
            }
        }
    }

    /** Withdraws whatever is here, when no operation of the pool can be under way. */
    public void clear() throws IOException {
        for (var entry : entries()) {
            withdraw(entry);
        }
    }

    /** Withdraws what was not written to for this long; returns how many folders. */
    int clearOlderThan(Duration age, Predicate<UUID> runs) throws IOException {
        var limit = Instant.now().minus(age);
        var removed = 0;
        for (var entry : entries()) {
            if (!runs.test(entry.operation()) && lastWritten(entry.name()).isBefore(limit)) {
                withdraw(entry);
                removed++;
            }
        }
        return removed;
    }

    /** All that is here. */
    List<Leftover> leftovers() throws IOException {
        var found = new ArrayList<Leftover>();
        for (var entry : entries()) {
            try (var files = folder.openDirectory(entry.name())) {
                found.add(leftover(entry, files));
            } catch (NoSuchFileException _) {
                // its operation was quicker
            }
        }
        return found;
    }

    private Leftover leftover(Entry entry, Directory files) throws IOException {
        var size = 0L;
        var allocation = 0L;
        for (var file : files.list()) {
            var status = files.status(file);
            size += status.map(FileStatus::size).orElse(0L);
            allocation += status.map(FileStatus::allocated).orElse(0L);
        }
        return new Leftover(
                Room.STAGING,
                entry.name(),
                entry.operation(),
                size,
                allocation,
                files.status().inode(),
                lastWritten(entry.name()));
    }

    /** Withdraws one of them, if it is still the same. */
    void purge(String name, long inode) throws IOException {
        for (var entry : entries()) {
            var status = folder.status(entry.name());
            if (entry.name().equals(name) && status.isPresent() && status.get().inode() == inode) {
                withdraw(entry);
            }
        }
    }

    private Instant lastWritten(String name) throws IOException {
        try (var files = folder.openDirectory(name)) {
            var last = files.status().modified();
            for (var file : files.list()) {
                var modified = files.status(file).map(status -> status.modified()).orElse(last);
                last = modified.isAfter(last) ? modified : last;
            }
            return last;
        }
    }

    private void withdraw(Entry entry) throws IOException {
        var name = entry.name();
        if (!entry.withdrawn()) {
            name = entry.name() + "." + UUID.randomUUID();
            folder.rename(entry.name(), folder, name);
        }
        try (var files = folder.openDirectory(name)) {
            for (var inode : withdrawFiles(files)) {
                takeBackExtents(entry.operation(), inode, files);
                journal.callOff(entry.operation(), inode);
            }
        }
        folder.removeTree(name);
    }

    /**
     * Of an image of several files some may have their names in the pool already, where the one
     * that makes the image has none and will have none.
     */
    private void takeBackExtents(UUID operation, long inode, Directory files) throws IOException {
        var intent = journal.intentAbout(operation, inode);
        if (intent.isPresent() && !intent.get().extents().isEmpty()) {
            for (var extent : intent.get().extents()) {
                takeBack(extent, files);
            }
            pool.sync();
        }
    }

    /** A file that came under the name in the last moment goes back. */
    private void takeBack(FileRef file, Directory files) throws IOException {
        var status = pool.status(file.name());
        if (status.isEmpty() || status.get().inode() != file.inode()) {
            return;
        }
        var name = WITHDRAWN + UUID.randomUUID();
        pool.renameNoReplace(file.name(), files, name);
        var taken = files.status(name);
        if (taken.isPresent() && taken.get().inode() != file.inode()) {
            files.renameNoReplace(name, pool, file.name());
        }
    }

    /**
     * The inodes of the files that were withdrawn and have no other name: those that are not
     * published.
     */
    private static List<Long> withdrawFiles(Directory files) throws IOException {
        var inodes = new ArrayList<Long>();
        for (var file : files.list()) {
            var name = file.startsWith(WITHDRAWN) ? file : WITHDRAWN + file;
            if (name.equals(file) || files.renameIfExists(file, files, name)) {
                files.status(name)
                        .filter(status -> status.links() == 1)
                        .ifPresent(status -> inodes.add(status.inode()));
            }
        }
        return inodes;
    }

    private List<Entry> entries() throws IOException {
        return folder.list().stream().flatMap(name -> Entry.of(name).stream()).toList();
    }

    /** {@code <operation>.<attempt>}, and once withdrawn {@code <operation>.<attempt>.<random>}. */
    private record Entry(String name, UUID operation, int attempt, boolean withdrawn) {
        static List<Entry> of(String name) {
            var parts = name.split("\\.", -1);
            try {
                return parts.length < 2
                        ? List.of()
                        : List.of(
                                new Entry(
                                        name,
                                        UUID.fromString(parts[0]),
                                        Integer.parseInt(parts[1]),
                                        parts.length > 2));
            } catch (IllegalArgumentException _) {
                return List.of();
            }
        }
    }
}
