package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.Progress;
import dev.cistern.image.storage.NoSpaceException;
import dev.cistern.worker.execution.Work;
import dev.cistern.worker.folder.JournalEntry;
import dev.cistern.worker.folder.JournalEntry.Intent;
import dev.cistern.worker.folder.PoolFolder;
import dev.cistern.worker.folder.VolumeRecord;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What an operation does on a volume, under the volume's lock: the pool's folder and its entry. */
final class VolumeWork {
    private final PoolFolder pool;
    private final Work work;
    private final UUID operation;
    private final Command.OfVolume command;
    private final Keys keys;
    private JournalEntry entry;

    /**
     * The work of an operation.
     *
     * @param operation the work's own, or the one that is being settled
     * @param keys of encrypted images
     */
    VolumeWork(PoolFolder pool, Work work, UUID operation, Command.OfVolume command, Keys keys)
            throws IOException {
        this.pool = pool;
        this.work = work;
        this.operation = operation;
        this.command = command;
        this.keys = keys;
        this.entry = read();
    }

    private JournalEntry read() throws IOException {
        return pool.journal()
                .find(operation)
                .orElseGet(() -> JournalEntry.blank(operation, command.volumeId(), command.kind()));
    }

    PoolFolder pool() {
        return pool;
    }

    Work work() {
        return work;
    }

    Keys keys() {
        return keys;
    }

    UUID operation() {
        return operation;
    }

    JournalEntry entry() {
        return entry;
    }

    @Nullable Intent intent() {
        return entry.intent();
    }

    Optional<VolumeRecord> volume() throws IOException {
        return pool.volumes().find(command.volumeId());
    }

    /**
     * Takes away what attempts of the operation up to this one have staged.
     *
     * @throws dev.cistern.worker.execution.DroppedException if a later attempt has staged something
     */
    void withdraw(int upTo) throws IOException {
        pool.staging().withdraw(operation, upTo);
        entry = read();
    }

    /**
     * Takes away what this attempt has staged before it failed. What cannot be now is by the next
     * attempt or the reaper.
     */
    void undo(Exception failure) {
        try {
            pool.requireInPlace();
            withdraw(work.attempt());
        } catch (IOException | ProblemException e) {
            failure.addSuppressed(e);
        }
    }

    /** Writes down what is about to be done; on disk when this returns. */
    void intend(Intent intent) throws IOException {
        entry = entry.with(intent);
        pool.journal().write(entry);
        work.crashPoint("intent");
    }

    /** The same for what gives space back: on a full file system it is done without. */
    void intendIfRoom(Intent intent) throws IOException {
        try {
            intend(intent);
        } catch (NoSpaceException _) {
            work.stage("deleting without a journal, the file system is full");
        }
    }

    /** Writes down that what was to be done was undone; on disk when this returns. */
    void callOff() throws IOException {
        entry = entry.with((Intent) null);
        pool.journal().write(entry);
    }

    /**
     * Asked right before the step that makes the work visible.
     *
     * @throws ProblemException if it is cancelled or the pool is gone
     * @throws dev.cistern.worker.execution.DroppedException if another may have it
     */
    void requireLeave() throws IOException {
        pool.requireInPlace();
        work.requireWanted();
        work.requireStanding();
    }

    /** Whether an attempt came as far as giving the image the name that it intended. */
    boolean hasPublished() throws IOException {
        var intent = intent();
        if (intent == null) {
            return false;
        }
        var there = pool.files().status(intent.image().name());
        return there.isPresent() && there.get().inode() == intent.image().inode();
    }

    /** Removes what the published image has taken the place of; on disk when this returns. */
    void dropReplaced() throws IOException {
        var intent = intent();
        if (intent != null && !intent.replaced().isEmpty()) {
            pool.trash().drop(operation, pool.files(), intent.replaced());
        }
    }

    /**
     * Tells how far long work is, keeps it to its limits, and ends it once it is cancelled or may
     * be another's.
     */
    Progress progress() {
        return new Progress() {
            @Override
            public void at(long done, long total) {
                work.requireWanted();
                work.requireStanding();
                work.progress(done, total);
            }

            @Override
            public void copied(long bytes) {
                work.copied(bytes);
            }
        };
    }

    /** Writes down what came of it, for copies of the command; on disk some time after. */
    void conclude(Result result) throws IOException {
        entry = entry.with(result);
        pool.journal().writeSoon(entry);
        work.crashPoint("journal");
    }

    /** Writes down that no copy of the command may have an effect; on disk when this returns. */
    void bury() throws IOException {
        entry = entry.tombstone();
        pool.journal().write(entry);
    }
}
