package dev.cistern.image.qcow2;

import dev.cistern.image.qcow2.format.Header;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The right to use an open image: reads, writes and flushes have it beside each other, what changes
 * the image's structure has it alone. Before the first change, what a writer that does not know of
 * it would make untrue is cleared, durably.
 */
final class Structure implements Exclusively {
    private final ImageFile file;
    private final InFlight inFlight;
    private final boolean writable;
    private final long autoclear;

    /** Autoclear features that we keep true. */
    private final long keptAutoclear;

    private final Change beforeFirst;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    /** Whether anything was to be changed, and whether it may be. */
    private volatile boolean begun;

    private volatile boolean touched;
    private volatile boolean amended;

    /**
     * The right to use an image that was just opened.
     *
     * @param beforeFirst what else is done before the first change
     */
    Structure(ImageHeader image, ImageTables tables, boolean writable, Change beforeFirst) {
        this.file = tables.file;
        this.inFlight = tables.inFlight;
        this.writable = writable;
        this.autoclear = image.header().autoclear();
        this.keptAutoclear =
                Header.AUTOCLEAR_BITMAPS
                        | (image.hasRawDataFile() ? Header.AUTOCLEAR_RAW_DATA_FILE : 0);
        this.beforeFirst = beforeFirst;
    }

    /** Begins what goes on beside other reads and writes, and ends with {@link #end}. */
    int begin() {
        lock.readLock().lock();
        return inFlight.enter();
    }

    /** The same for what changes the image. */
    int beginChange() throws IOException {
        if (!touched) {
            touch();
        }
        return begin();
    }

    /** Ends what has begun at this place. */
    void end(int place) {
        inFlight.leave(place);
        lock.readLock().unlock();
    }

    @Override
    public void run(Change change) throws IOException {
        touch();
        whileOthersWait(change);
    }

    /** The same for what changes nothing that a guest can see, or ends all changes. */
    void whileOthersWait(Change change) throws IOException {
        lock.writeLock().lock();
        try {
            change.run();
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** For who needs it alone for moments only, after {@link #touch}. */
    Lock alone() {
        return lock.writeLock();
    }

    /** Whether a change was begun, of which something may not be durable. */
    boolean begun() {
        return begun;
    }

    /** Whether the image may have changed since it was opened or amended. */
    boolean touched() {
        return touched;
    }

    /** From now on the image can be read only, and has nothing to write. */
    void amended() {
        touched = false;
        amended = true;
    }

    /** Has the image ready for changes. */
    synchronized void touch() throws IOException {
        if (!writable) {
            throw new IOException(file.name() + " was opened for reading only");
        }
        if (amended) {
            throw new IOException(file.name() + " was amended; open it again to write to it");
        }
        if (touched) {
            return;
        }
        begun = true;
        var known = autoclear & keptAutoclear;
        if (autoclear != known) {
            file.write(ByteBuffer.allocate(Long.BYTES).putLong(0, known), Header.AUTOCLEAR_AT);
            file.await(Barrier.HEADER);
        }
        beforeFirst.run();
        touched = true;
    }
}
