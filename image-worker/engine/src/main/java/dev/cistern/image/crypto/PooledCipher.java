package dev.cistern.image.crypto;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Hands sectors to workers, each of which serves one thread at a time and is used again. */
final class PooledCipher implements SectorCipher {
    private static final int CHUNK_BYTES = 64 * 1024;

    private final Workers workers;
    private final ConcurrentLinkedQueue<Idle> idle = new ConcurrentLinkedQueue<>();

    /** Makes workers. */
    @FunctionalInterface
    interface Workers {
        Worker make() throws GeneralSecurityException;
    }

    /** Works on the first bytes of an array, for one thread at a time. */
    interface Worker {
        void encrypt(byte[] sectors, int length, long first) throws GeneralSecurityException;

        void decrypt(byte[] sectors, int length, long first) throws GeneralSecurityException;
    }

    /** A worker with memory for it. */
    private static final class Idle {
        private final Worker worker;
        private final byte[] bytes = new byte[CHUNK_BYTES];

        private Idle(Worker worker) {
            this.worker = worker;
        }
    }

    PooledCipher(Workers workers) {
        this.workers = workers;
    }

    @Override
    public void encrypt(ByteBuffer sectors, long first) {
        transform(sectors, first, true);
    }

    @Override
    public void decrypt(ByteBuffer sectors, long first) {
        transform(sectors, first, false);
    }

    private void transform(ByteBuffer sectors, long first, boolean encrypt) {
        if (sectors.remaining() % SECTOR != 0) {
            throw new IllegalArgumentException(
                    "%d bytes are not whole sectors".formatted(sectors.remaining()));
        }
        try {
            var taken = idle.poll();
            var user = taken == null ? new Idle(workers.make()) : taken;
            for (var done = 0; done < sectors.remaining(); ) {
                var length = Math.min(CHUNK_BYTES, sectors.remaining() - done);
                var number = first + done / SECTOR;
                sectors.get(sectors.position() + done, user.bytes, 0, length);
                if (encrypt) {
                    user.worker.encrypt(user.bytes, length, number);
                } else {
                    user.worker.decrypt(user.bytes, length, number);
                }
                sectors.put(sectors.position() + done, user.bytes, 0, length);
                done += length;
            }
            idle.add(user);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK's AES cannot be used", e);
        }
    }
}
