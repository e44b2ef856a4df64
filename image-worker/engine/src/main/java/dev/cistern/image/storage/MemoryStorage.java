package dev.cistern.image.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.TreeMap;

/** Storage in memory, with holes of whole pages, for images that need not outlive the process. */
public final class MemoryStorage implements Storage {
    private static final int PAGE = 4096;

    private final String name;
    private final TreeMap<Long, byte[]> pages = new TreeMap<>();
    private long size;

    /**
     * Empty storage.
     *
     * @param name for messages
     */
    public MemoryStorage(String name) {
        this.name = name;
    }

    @Override
    public synchronized int read(ByteBuffer into, long offset) {
        var length = (int) Math.max(0, Math.min(into.remaining(), size - offset));
        for (var done = 0; done < length; ) {
            var inPage = (int) ((offset + done) % PAGE);
            var count = Math.min(PAGE - inPage, length - done);
            var page = pages.get((offset + done) / PAGE);
            if (page == null) {
                Zeroes.fill(into, count);
            } else {
                into.put(page, inPage, count);
            }
            done += count;
        }
        return length;
    }

    @Override
    public synchronized void writeFully(ByteBuffer from, long offset) throws IOException {
        var at = offset;
        while (from.hasRemaining()) {
            var inPage = (int) (at % PAGE);
            var count = Math.min(PAGE - inPage, from.remaining());
            from.get(pages.computeIfAbsent(at / PAGE, _ -> new byte[PAGE]), inPage, count);
            at += count;
        }
        size = Math.max(size, at);
    }

    @Override
    public synchronized long size() {
        return size;
    }

    @Override
    public synchronized void truncate(long newSize) {
        if (newSize < size) {
            clear(newSize, size - newSize);
        }
        size = newSize;
    }

    @Override
    public synchronized void zero(long offset, long length) {
        clear(offset, length);
        size = Math.max(size, offset + length);
    }

    @Override
    public synchronized boolean punchHole(long offset, long length) {
        clear(offset, length);
        return true;
    }

    private void clear(long offset, long length) {
        var end = offset + length;
        for (var entry : pages.subMap(offset / PAGE, Math.ceilDiv(end, PAGE)).entrySet()) {
            var start = entry.getKey() * PAGE;
            var from = (int) Math.max(0, offset - start);
            var to = (int) Math.min(PAGE, end - start);
            Zeroes.fill(ByteBuffer.wrap(entry.getValue(), from, to - from));
        }
        pages.subMap(Math.ceilDiv(offset, PAGE), Math.max(end / PAGE, Math.ceilDiv(offset, PAGE)))
                .clear();
    }

    @Override
    public synchronized void allocate(long offset, long length) {
        size = Math.max(size, offset + length);
    }

    @Override
    public synchronized long nextData(long offset) {
        var page = pages.ceilingKey(offset / PAGE);
        return page == null ? size : Math.min(size, Math.max(offset, page * PAGE));
    }

    @Override
    public synchronized long nextHole(long offset) {
        var page = offset / PAGE;
        while (pages.containsKey(page)) {
            page++;
        }
        return Math.min(size, Math.max(offset, page * PAGE));
    }

    @Override
    public void sync() {}

    @Override
    public String name() {
        return name;
    }

    @Override
    public void close() {}
}
