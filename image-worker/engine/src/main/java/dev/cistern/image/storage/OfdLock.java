package dev.cistern.image.storage;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/**
 * A lock on a file that a process keeps until it closes it or ends, however it ends. Two holders in
 * one process conflict like those of two (open file description locks, fcntl(2)).
 */
public final class OfdLock implements Closeable {
    private static final int MODE = 0600;

    private final FileStorage file;

    private OfdLock(FileStorage file) {
        this.file = file;
    }

    /**
     * Takes the lock on a file, which is made if it is not there, without waiting.
     *
     * @param exclusive false to share it with others that share it
     * @return empty if another holder is in the way
     */
    @SuppressWarnings("MustBeClosedChecker")
    public static Optional<OfdLock> tryLock(Directory directory, String name, boolean exclusive)
            throws IOException {
        var file = new FileStorage(directory.openOrCreate(name, MODE), directory.pathOf(name));
        var taken = false;
        try {
            taken = ByteLocks.tryLock(file, 0, 0, exclusive);
            return taken ? Optional.of(new OfdLock(file)) : Optional.empty();
        } finally {
            if (!taken) {
                file.close();
            }
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
