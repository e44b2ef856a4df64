package dev.cistern.image.qcow2;

import dev.cistern.image.crypto.SectorCipher;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Makes writes of whole sectors out of those that begin or end inside one, as encryption needs it.
 * While a sector is read and written back, nobody else writes; whole sectors need not wait for each
 * other.
 */
final class WholeSectors {
    private static final int SECTOR = SectorCipher.SECTOR;

    private final GuestContent content;
    private final Target target;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    /** Takes whole sectors. */
    @FunctionalInterface
    interface Target {
        void write(ByteBuffer from, long offset) throws IOException;
    }

    WholeSectors(GuestContent content, Target target) {
        this.content = content;
        this.target = target;
    }

    /** Writes all that the buffer has. */
    void write(ByteBuffer from, long offset) throws IOException {
        var shift = offset - from.position();
        while (from.hasRemaining()) {
            var at = from.position() + shift;
            var inSector = (int) (at % SECTOR);
            if (inSector == 0 && from.remaining() >= SECTOR) {
                writeWhole(take(from, from.remaining() / SECTOR * SECTOR), at);
            } else {
                var part = take(from, Math.min(SECTOR - inSector, from.remaining()));
                writePart(part, at - inSector, inSector);
            }
        }
    }

    private static ByteBuffer take(ByteBuffer from, int length) {
        var part = from.slice(from.position(), length);
        from.position(from.position() + length);
        return part;
    }

    private void writeWhole(ByteBuffer sectors, long offset) throws IOException {
        lock.readLock().lock();
        try {
            target.write(sectors, offset);
        } finally {
            lock.readLock().unlock();
        }
    }

    private void writePart(ByteBuffer part, long offset, int inSector) throws IOException {
        lock.writeLock().lock();
        try {
            var sector = ByteBuffer.allocate(SECTOR);
            content.read(sector, offset);
            sector.put(inSector, part, 0, part.remaining());
            target.write(sector.flip(), offset);
        } finally {
            lock.writeLock().unlock();
        }
    }
}
