package dev.cistern.image.storage;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A range of a recording that is a file of its own, so that the recording tells the order of what
 * is done to several files. Only the last one can change its length.
 */
public final class StoragePart implements Storage {
    private final RecordingStorage whole;
    private final long from;
    private final long to;

    /**
     * A part.
     *
     * @param to its end; {@link Long#MAX_VALUE} for the last part
     */
    public StoragePart(RecordingStorage whole, long from, long to) {
        this.whole = whole;
        this.from = from;
        this.to = to;
    }

    @Override
    public int read(ByteBuffer into, long offset) {
        var limit = into.limit();
        into.limit(into.position() + Math.clamp(size() - offset, 0, into.remaining()));
        var count = whole.read(into, from + offset);
        into.limit(limit);
        return count;
    }

    @Override
    public void writeFully(ByteBuffer bytes, long offset) throws IOException {
        whole.writeFully(bytes, from + offset);
    }

    @Override
    public long size() {
        return Math.min(to, whole.size()) - from;
    }

    @Override
    public void truncate(long size) throws IOException {
        if (to != Long.MAX_VALUE) {
            throw new UnsupportedOperationException("only the last part has no fixed length");
        }
        whole.truncate(from + size);
    }

    @Override
    public void zero(long offset, long length) throws IOException {
        whole.zero(from + offset, length);
    }

    @Override
    public boolean punchHole(long offset, long length) throws IOException {
        return whole.punchHole(from + offset, length);
    }

    @Override
    public void allocate(long offset, long length) throws IOException {
        whole.allocate(from + offset, length);
    }

    @Override
    public long nextData(long offset) {
        return Math.min(size(), whole.nextData(from + offset) - from);
    }

    @Override
    public long nextHole(long offset) {
        return Math.min(size(), whole.nextHole(from + offset) - from);
    }

    @Override
    public void sync() throws IOException {
        whole.sync(from, to);
    }

    @Override
    public String name() {
        return whole.name();
    }

    @Override
    public void close() {}
}
