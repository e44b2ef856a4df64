package dev.cistern.image.vmdk;

import dev.cistern.image.ImageException;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Where grains can be put in a sparse extent: at its end, or where others were that nothing names
 * any more. What is handed out reads as zeroes.
 */
final class GrainSpace {
    /** Entries are numbers of sectors, of 32 bits. */
    static final long LIMIT = (1L << 32) * SparseHeader.SECTOR;

    /** The file grows ahead of the grains by so many, so that few of them wait for it. */
    private static final int AHEAD = 64;

    private final Storage file;
    private final int grainBytes;
    private final Deque<Long> free = new ArrayDeque<>();

    /** Grains that a table on the disk may still name. */
    private List<Long> unlinked = new ArrayList<>();

    private long end;
    private long size;

    GrainSpace(Storage file, int grainBytes) throws IOException {
        this.file = file;
        this.grainBytes = grainBytes;
        this.size = file.size();
        this.end = Math.ceilDiv(size, grainBytes) * (long) grainBytes;
    }

    /**
     * Takes space for a run of grains.
     *
     * @return where it begins in the file
     * @throws ImageException.OutOfRange if the extent cannot have any more
     */
    synchronized long take(int grains) throws IOException {
        if (grains == 1 && !free.isEmpty()) {
            return free.removeFirst();
        }
        var length = (long) grains * grainBytes;
        if (end > LIMIT - length) {
            throw new ImageException.OutOfRange(
                    "%s: a sparse extent has at most %d bytes of content, which are used up"
                            .formatted(file.name(), LIMIT));
        }
        if (end + length > size) {
            var longer = Math.min(LIMIT, end + length + (long) AHEAD * grainBytes);
            file.truncate(longer);
            size = longer;
        }
        var at = end;
        end += length;
        return at;
    }

    /** Whether there are grains that can be used again, one by one. */
    synchronized boolean hasFree() {
        return !free.isEmpty();
    }

    /** A grain lost its entry. */
    synchronized void unlinked(long at) {
        unlinked.add(at);
    }

    /** Takes the grains that lost their entry by now. */
    synchronized List<Long> takeUnlinked() {
        var taken = unlinked;
        unlinked = new ArrayList<>();
        return taken;
    }

    /** They are named in tables on the disk for longer than was thought. */
    synchronized void returnUnlinked(List<Long> grains) {
        unlinked.addAll(grains);
    }

    /** No table names the grains any more, and nobody uses them. */
    void free(List<Long> grains) throws IOException {
        for (var at : grains) {
            if (file.punchHole(at, grainBytes)) {
                synchronized (this) {
                    free.addLast(at);
                }
            }
        }
    }

    /** Gives back what the file grew ahead; nothing is taken meanwhile. */
    synchronized void trim() throws IOException {
        if (size > end) {
            file.truncate(end);
            size = end;
        }
    }
}
