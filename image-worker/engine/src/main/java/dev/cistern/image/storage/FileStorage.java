package dev.cistern.image.storage;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An open file. The calls block their carrier thread, so platform threads should make them.
 *
 * <p>Thread-safe but for {@link #close}, which must be the last call.
 */
public final class FileStorage implements Storage {
    /** Largest transfer at once; a heap buffer is copied through memory of this size. */
    private static final int CHUNK = 1 << 20;

    private final int descriptor;
    private final String path;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private volatile boolean failed;

    FileStorage(int descriptor, String path) {
        this.descriptor = descriptor;
        this.path = path;
    }

    @Override
    public int read(ByteBuffer into, long offset) throws IOException {
        var length = Math.min(into.remaining(), CHUNK);
        if (length == 0) {
            return 0;
        }
        if (into.isDirect()) {
            var count = pread(MemorySegment.ofBuffer(into), length, offset);
            into.position(into.position() + count);
            return count;
        }
        try (var arena = Arena.ofConfined()) {
            var memory = arena.allocate(length);
            var count = pread(memory, length, offset);
            into.put(memory.asSlice(0, count).asByteBuffer());
            return count;
        }
    }

    private int pread(MemorySegment into, int length, long offset) throws IOException {
        while (true) {
            var count = Posix.pread(descriptor, into, length, offset);
            if (count >= 0) {
                return (int) count;
            }
            if (Posix.errno() != Posix.EINTR) {
                throw Failures.of("read", path);
            }
        }
    }

    @Override
    public void writeFully(ByteBuffer from, long offset) throws IOException {
        requireSound();
        var at = offset;
        while (from.hasRemaining()) {
            at += write(from, at);
        }
    }

    private int write(ByteBuffer from, long offset) throws IOException {
        var length = Math.min(from.remaining(), CHUNK);
        if (from.isDirect()) {
            var count = pwrite(MemorySegment.ofBuffer(from), length, offset);
            from.position(from.position() + count);
            return count;
        }
        try (var arena = Arena.ofConfined()) {
            var memory = arena.allocate(length);
            memory.asByteBuffer().put(from.slice(from.position(), length));
            var count = pwrite(memory, length, offset);
            from.position(from.position() + count);
            return count;
        }
    }

    private int pwrite(MemorySegment from, int length, long offset) throws IOException {
        while (true) {
            var count = Posix.pwrite(descriptor, from, length, offset);
            if (count > 0) {
                return (int) count;
            }
            if (count == 0 || Posix.errno() != Posix.EINTR) {
                throw Failures.of("write", path);
            }
        }
    }

    @Override
    public long size() throws IOException {
        return status().size();
    }

    @Override
    public void truncate(long size) throws IOException {
        requireSound();
        if (Posix.ftruncate(descriptor, size) != 0) {
            throw Failures.of("truncate", path);
        }
    }

    @Override
    public void sync() throws IOException {
        requireSound();
        if (Posix.fdatasync(descriptor) != 0) {
            failed = true;
            throw Failures.of("fdatasync", path);
        }
    }

    private void requireSound() throws IOException {
        if (failed) {
            throw new IOException(
                    path
                            + ": an earlier sync failed, so what was written since the one before may be lost; open it anew");
        }
    }

    /**
     * Locks bytes against other holders, without waiting; closing the file lets go.
     *
     * @param exclusive false to share them with others that share them
     * @return whether they were to be had
     */
    public boolean tryLock(long start, long length, boolean exclusive) throws IOException {
        return ByteLocks.tryLock(this, start, length, exclusive);
    }

    /** Lets go of locked bytes. */
    public void unlock(long start, long length) throws IOException {
        ByteLocks.unlock(this, start, length);
    }

    /** Whether another holder has locked a byte, in whatever way. */
    public boolean lockedByAnother(long at) throws IOException {
        return ByteLocks.lockedByAnother(this, at);
    }

    /** Its status, also when it has no name any more. */
    public FileStatus status() throws IOException {
        return Directory.statusOf(descriptor, path);
    }

    @Override
    public String name() {
        return path;
    }

    int descriptor() {
        return descriptor;
    }

    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            Posix.close(descriptor);
        }
    }
}
