package dev.cistern.image.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Storage in memory that remembers each change and each sync, in order, so that every state that a
 * crash could leave can be made afterwards.
 */
public final class RecordingStorage implements Storage {
    private final MemoryStorage content;
    private final List<Change> changes = new ArrayList<>();
    private int syncsToFailure = Integer.MAX_VALUE;
    private boolean failed;

    /** One thing that was done to the file. */
    public sealed interface Change {
        /** Bytes were written. */
        record Write(long offset, ByteBuffer bytes) implements Change {}

        /** A range became zero, and the file as long as that at least if it grows by that. */
        record Clear(long offset, long length, boolean grows) implements Change {}

        /** The length was set. */
        record Truncate(long size) implements Change {}

        /** Everything before in a range is durable. */
        record Sync(long from, long to) implements Change {}
    }

    /** Storage that holds what is durable already. */
    public RecordingStorage(byte[] durable) throws IOException {
        content = new MemoryStorage("recorded");
        content.writeFully(ByteBuffer.wrap(durable), 0);
    }

    /** Lets the n-th sync from now on fail, and all that come later. */
    public void failSync(int number) {
        syncsToFailure = number;
    }

    /** What was done so far. */
    public synchronized List<Change> changes() {
        return List.copyOf(changes);
    }

    /** How much was done so far. */
    public synchronized int count() {
        return changes.size();
    }

    private void record(Change change) throws IOException {
        if (failed) {
            throw new IOException("an earlier sync failed");
        }
        changes.add(change);
    }

    @Override
    public int read(ByteBuffer into, long offset) {
        return content.read(into, offset);
    }

    @Override
    public synchronized void writeFully(ByteBuffer from, long offset) throws IOException {
        var bytes = ByteBuffer.allocate(from.remaining()).put(from.duplicate()).flip();
        record(new Change.Write(offset, bytes));
        content.writeFully(from, offset);
    }

    @Override
    public long size() {
        return content.size();
    }

    @Override
    public synchronized void truncate(long size) throws IOException {
        record(new Change.Truncate(size));
        content.truncate(size);
    }

    @Override
    public synchronized void zero(long offset, long length) throws IOException {
        record(new Change.Clear(offset, length, true));
        content.zero(offset, length);
    }

    @Override
    public synchronized boolean punchHole(long offset, long length) throws IOException {
        record(new Change.Clear(offset, length, false));
        return content.punchHole(offset, length);
    }

    @Override
    public synchronized void allocate(long offset, long length) throws IOException {
        record(new Change.Clear(offset + length, 0, true));
        content.allocate(offset, length);
    }

    @Override
    public long nextData(long offset) {
        return content.nextData(offset);
    }

    @Override
    public long nextHole(long offset) {
        return content.nextHole(offset);
    }

    @Override
    public void sync() throws IOException {
        sync(0, Long.MAX_VALUE);
    }

    /** Syncs a range, as if it were a file of its own. */
    synchronized void sync(long from, long to) throws IOException {
        if (--syncsToFailure < 0) {
            failed = true;
            throw new IOException("the sync failed");
        }
        record(new Change.Sync(from, to));
    }

    @Override
    public String name() {
        return content.name();
    }

    @Override
    public void close() {}
}
