package dev.cistern.image.storage;

import dev.cistern.image.storage.FileSystemAbilities.Ability;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An open file. The calls block their carrier thread, so platform threads should make them.
 *
 * <p>Thread-safe but for {@link #close}, which must be the last call.
 */
public class FileStorage implements Storage {
    /** A buffer on the heap is copied through this much memory of each thread. */
    private static final int BOUNCE_BYTES = 64 * 1024;

    private static final ThreadLocal<ByteBuffer> BOUNCE =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BOUNCE_BYTES));

    private final int descriptor;
    private final String path;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private volatile boolean failed;

    private volatile @Nullable FileSystemAbilities abilities;

    FileStorage(int descriptor, String path) {
        this.descriptor = descriptor;
        this.path = path;
    }

    @Override
    public int read(ByteBuffer into, long offset) throws IOException {
        if (offset > Long.MAX_VALUE - into.remaining()) {
            return 0; // No file is that long, and the kernel would take it for a wrong request.
        }
        if (into.isDirect()) {
            var count = pread(MemorySegment.ofBuffer(into), into.remaining(), offset);
            into.position(into.position() + count);
            return count;
        }
        var chunk = BOUNCE.get().clear().limit(Math.min(into.remaining(), BOUNCE_BYTES));
        var count = pread(MemorySegment.ofBuffer(chunk), chunk.limit(), offset);
        into.put(chunk.limit(count));
        return count;
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
        if (from.isDirect()) {
            var count = pwrite(MemorySegment.ofBuffer(from), from.remaining(), offset);
            from.position(from.position() + count);
            return count;
        }
        var length = Math.min(from.remaining(), BOUNCE_BYTES);
        var chunk = BOUNCE.get().clear();
        chunk.put(0, from, from.position(), length).limit(length);
        var count = pwrite(MemorySegment.ofBuffer(chunk), length, offset);
        from.position(from.position() + count);
        return count;
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
    public void zero(long offset, long length) throws IOException {
        requireSound();
        if (!fallocate(Ability.ZERO_RANGE, Posix.FALLOC_ZERO_RANGE, offset, length)) {
            Zeroes.write(this, offset, length);
        }
    }

    @Override
    public boolean punchHole(long offset, long length) throws IOException {
        requireSound();
        var mode = Posix.FALLOC_PUNCH_HOLE | Posix.FALLOC_KEEP_SIZE;
        return fallocate(Ability.PUNCH_HOLE, mode, offset, length);
    }

    @Override
    public void allocate(long offset, long length) throws IOException {
        requireSound();
        var allocated = fallocate(Ability.ALLOCATE, 0, offset, length);
        var end = size();
        if (!allocated && offset + length > end) {
            Zeroes.write(this, Math.max(offset, end), offset + length - Math.max(offset, end));
        }
    }

    /** False if the file system does not know how. */
    private boolean fallocate(Ability ability, int mode, long offset, long length)
            throws IOException {
        if (length == 0) {
            return true;
        }
        if (!abilities().mayBe(ability)) {
            return false;
        }
        while (Posix.fallocate(descriptor, mode, offset, length) != 0) {
            switch (Posix.errno()) {
                case Posix.EINTR -> {}
                case Posix.EOPNOTSUPP, Posix.ENOSYS -> {
                    return abilities().found(ability, false);
                }
                default -> throw Failures.of("fallocate", path);
            }
        }
        return abilities().found(ability, true);
    }

    /**
     * Makes this file share all blocks of another one (FICLONE), as if it were copied.
     *
     * @return false if the file system cannot, or not with that file, and nothing was changed
     */
    public boolean cloneFrom(FileStorage source) throws IOException {
        requireSound();
        if (!abilities().mayBe(Ability.REFLINK)) {
            return false;
        }
        while (Posix.ioctl(descriptor, Posix.FICLONE, source.descriptor) != 0) {
            switch (Posix.errno()) {
                case Posix.EINTR -> {}
                case Posix.EOPNOTSUPP, Posix.ENOTTY, Posix.ENOSYS -> {
                    return abilities().found(Ability.REFLINK, false);
                }
                case Posix.EXDEV, Posix.EINVAL -> {
                    return false;
                }
                default -> throw Failures.of("clone to", path);
            }
        }
        return abilities().found(Ability.REFLINK, true);
    }

    /**
     * Copies bytes of another file, without their passing through memory where the kernel can. What
     * lies beyond that file's end is not copied.
     */
    public void copyFrom(FileStorage source, long sourceOffset, long offset, long length)
            throws IOException {
        requireSound();
        var done =
                abilities().mayBe(Ability.COPY_RANGE)
                        ? copyInKernel(source, sourceOffset, offset, length)
                        : 0;
        if (done < length) {
            copyThroughMemory(source, sourceOffset + done, offset + done, length - done);
        }
    }

    /** Returns how much was copied; what is left has to be copied otherwise, or is not there. */
    private long copyInKernel(FileStorage source, long sourceOffset, long offset, long length)
            throws IOException {
        try (var arena = Arena.ofConfined()) {
            var from = arena.allocateFrom(ValueLayout.JAVA_LONG, sourceOffset);
            var to = arena.allocateFrom(ValueLayout.JAVA_LONG, offset);
            for (var done = 0L; done < length; ) {
                var count =
                        Posix.copyFileRange(source.descriptor, from, descriptor, to, length - done);
                if (count == 0) {
                    return done;
                }
                if (count > 0) {
                    done += count;
                    continue;
                }
                switch (Posix.errno()) {
                    case Posix.EINTR -> {}
                    case Posix.EOPNOTSUPP, Posix.ENOSYS -> {
                        var _ = abilities().found(Ability.COPY_RANGE, false);
                        return done;
                    }
                    case Posix.EXDEV, Posix.EINVAL -> {
                        return done;
                    }
                    default -> throw Failures.of("copy to", path);
                }
            }
        }
        var _ = abilities().found(Ability.COPY_RANGE, true);
        return length;
    }

    private void copyThroughMemory(FileStorage source, long sourceOffset, long offset, long length)
            throws IOException {
        var buffer = ByteBuffer.allocateDirect((int) Math.min(BOUNCE_BYTES, length));
        for (var done = 0L; done < length; ) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), length - done));
            var count = source.read(buffer, sourceOffset + done);
            if (count == 0) {
                return;
            }
            writeFully(buffer.flip(), offset + done);
            done += count;
        }
    }

    /** What is known of the file system by now; nothing is tried for it. */
    public StorageCapabilities capabilities() throws IOException {
        return abilities().known();
    }

    private FileSystemAbilities abilities() throws IOException {
        var known = abilities;
        if (known == null) {
            known = FileSystemAbilities.of(descriptor, path);
            abilities = known;
        }
        return known;
    }

    @Override
    public long nextData(long offset) throws IOException {
        return seek(offset, Posix.SEEK_DATA, offset);
    }

    @Override
    public long nextHole(long offset) throws IOException {
        return seek(offset, Posix.SEEK_HOLE, size());
    }

    private long seek(long offset, int whence, long unknown) throws IOException {
        if (!abilities().mayBe(Ability.SEEK_HOLE)) {
            return unknown;
        }
        var found = Posix.lseek(descriptor, offset, whence);
        if (found >= 0) {
            var _ = abilities().found(Ability.SEEK_HOLE, true);
            return found;
        }
        return switch (Posix.errno()) {
            case Posix.ENXIO -> size();
            case Posix.EINVAL, Posix.EOPNOTSUPP -> {
                var _ = abilities().found(Ability.SEEK_HOLE, false);
                yield unknown;
            }
            default -> throw Failures.of("seek", path);
        };
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
        return FileStatus.of(descriptor, path);
    }

    /**
     * Gives it another owner.
     *
     * @param user −1 to leave it
     * @param group −1 to leave it
     */
    public void setOwner(int user, int group) throws IOException {
        if (Posix.fchown(descriptor, user, group) != 0) {
            throw Failures.of("chown", path);
        }
    }

    /** Gives it exactly these permission bits. */
    public void setMode(int mode) throws IOException {
        if (Posix.fchmod(descriptor, mode) != 0) {
            throw Failures.of("chmod", path);
        }
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
