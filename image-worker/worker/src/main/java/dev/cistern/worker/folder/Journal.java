package dev.cistern.worker.folder;

import dev.cistern.image.storage.Directory;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What operations on this pool were about to do and what came of them, {@code .cistern/journal/}.
 */
public final class Journal {
    private static final Pattern ID = Pattern.compile("[0-9a-f-]{36}");

    private final Directory folder;
    private final Documents<JournalEntry> documents;

    Journal(Directory folder) {
        this.folder = folder;
        this.documents = new Documents<>(folder, JournalEntry.class);
    }

    /** What is known of an operation. */
    public Optional<JournalEntry> find(UUID operation) throws IOException {
        return documents.read(operation.toString());
    }

    /** Writes an entry; on disk when this returns. */
    public void write(JournalEntry entry) throws IOException {
        documents.write(entry.operation().toString(), entry);
    }

    /** An operation's intent if it is about this file. */
    Optional<JournalEntry.Intent> intentAbout(UUID operation, long inode) throws IOException {
        return find(operation)
                .map(JournalEntry::intent)
                .filter(intent -> intent.files().stream().anyMatch(file -> file.inode() == inode));
    }

    /** The operations that were about to do something and have not come to an end. */
    public List<JournalEntry> open() throws IOException {
        var open = new ArrayList<JournalEntry>();
        for (var name : folder.list()) {
            if (ID.matcher(name).matches()) {
                documents
                        .read(name)
                        .filter(entry -> entry.intent() != null && entry.outcome() == null)
                        .ifPresent(open::add);
            }
        }
        return open;
    }

    /**
     * Writes an entry that a power cut soon after may take back to what it was, which an outcome
     * may: a copy of the command then finds out again from the intent and the folder.
     */
    public void writeSoon(JournalEntry entry) throws IOException {
        documents.writeSoon(entry.operation().toString(), entry);
    }

    /**
     * Calls an operation's intent off if it is about this file: from now on the inode may be given
     * to another file without that being taken for ours.
     */
    void callOff(UUID operation, long inode) throws IOException {
        if (intentAbout(operation, inode).isPresent()) {
            write(find(operation).orElseThrow().with((JournalEntry.Intent) null));
        }
    }

    /** Removes entries last written longer ago than this; returns how many. */
    int removeOlderThan(Duration age) throws IOException {
        var limit = Instant.now().minus(age);
        var removed = 0;
        for (var name : folder.list()) {
            var status = folder.status(name);
            if (status.isPresent()
                    && status.get().modified().isBefore(limit)
                    && folder.unlinkIfExists(name)) {
                removed++;
            }
        }
        return removed;
    }
}
