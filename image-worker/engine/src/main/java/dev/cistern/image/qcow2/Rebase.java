package dev.cistern.image.qcow2;

import dev.cistern.image.BackingFile;
import dev.cistern.image.DiskImage;
import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.Mapping;
import dev.cistern.image.Progress;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.storage.Zeroes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.locks.Lock;

/**
 * Puts an image over another one without changing what it reads as:
 *
 * <pre>
 *   what the image has not of its own, and would read otherwise: copied up, step by step
 *   all of that durable
 *       the header names the other image ({@link FirstCluster})
 * </pre>
 *
 * <p>Until the header is written the image is over the old one and reads the same.
 */
final class Rebase {
    /** Longest range that others wait for, bytes. */
    private static final int STEP_BYTES = 1 << 20;

    private final ImageTables tables;
    private final ClusterGeometry geometry;
    private final GuestContent content;
    private final GuestWriter writer;
    private final WriteOrder order;
    private final Lock exclusive;

    /**
     * A rebase.
     *
     * @param exclusive keeps all others off the image
     */
    Rebase(
            ImageTables tables,
            GuestContent content,
            GuestWriter writer,
            WriteOrder order,
            Lock exclusive) {
        this.tables = tables;
        this.geometry = tables.file.geometry();
        this.content = content;
        this.writer = writer;
        this.order = order;
        this.exclusive = exclusive;
    }

    void run(Optional<DiskImage> below, Optional<BackingFile> name, Progress progress)
            throws IOException {
        content.expectBelow(below.map(DiskImage::capacity).orElse(0L));
        try {
            var done = false;
            for (var at = 0L; !done; ) {
                exclusive.lock();
                try {
                    at = step(at, below);
                    done = at >= tables.capacity();
                    if (done) {
                        finish(below, name);
                    }
                } finally {
                    exclusive.unlock();
                }
                progress.at(Math.min(at, tables.capacity()), tables.capacity());
            }
        } finally {
            content.expectBelow(0);
        }
    }

    /** Brings a range that begins at a cluster over; returns where it ends. */
    private long step(long start, Optional<DiskImage> below) throws IOException {
        if (start >= tables.capacity()) {
            return start;
        }
        var alike = alike(start, below);
        if (alike > 0) {
            return start + alike;
        }
        var end = Math.min(tables.capacity(), start + Math.max(STEP_BYTES, geometry.clusterSize()));
        for (var at = start; at < end; ) {
            var mapping = content.find(at, end - at);
            if (mapping instanceof ClusterMapping.Unallocated) {
                copyUp(at, (int) mapping.length(), below);
            }
            at += mapping.length();
        }
        return end;
    }

    /** How many bytes from here on are known to need no copy, up to a cluster's end. */
    private long alike(long start, Optional<DiskImage> below) throws IOException {
        var mapping = content.find(start, tables.capacity() - start);
        var length = mapping.length();
        if (mapping instanceof ClusterMapping.Unallocated) {
            length = zeroLength(content.map(start, length));
            if (length > 0 && below.isPresent() && start < below.get().capacity()) {
                var known = Math.min(length, below.get().capacity() - start);
                length = zeroLength(below.get().map(start, known));
            }
        }
        var end = start + length;
        return end >= tables.capacity() ? length : geometry.clusterStart(end) - start;
    }

    private static long zeroLength(Mapping mapping) {
        return mapping.readsZero() ? mapping.length() : 0;
    }

    private void copyUp(long start, int length, Optional<DiskImage> below) throws IOException {
        var now = ByteBuffer.allocate(length);
        content.read(now, start);
        var then = ByteBuffer.allocate(length);
        if (below.isPresent() && start < below.get().capacity()) {
            var known = (int) Math.min(below.get().capacity() - start, length);
            below.get().read(then.slice(0, known), start);
        }
        var unit = geometry.subclusterSize();
        for (int from = 0, to; from < length; from = to) {
            to = Math.min(length, from + unit);
            var differs = differ(now, then, from, to);
            while (to < length && differ(now, then, to, Math.min(length, to + unit)) == differs) {
                to = Math.min(length, to + unit);
            }
            if (differs) {
                store(now.slice(from, to - from), start + from);
            }
        }
    }

    private static boolean differ(ByteBuffer now, ByteBuffer then, int from, int to) {
        return now.slice(from, to - from).mismatch(then.slice(from, to - from)) >= 0;
    }

    private void store(ByteBuffer bytes, long guest) throws IOException {
        if (geometry.zeroFlag() && Zeroes.only(bytes)) {
            writer.zero(guest, bytes.remaining(), Space.FREE);
        } else {
            writer.write(bytes, guest);
        }
    }

    private void finish(Optional<DiskImage> below, Optional<BackingFile> name) throws IOException {
        order.settle();
        var header = FirstCluster.read(tables.file.storage());
        header.setBacking(name);
        header.write(tables.file);
        var old = content.replaceBelow(below);
        if (old.isPresent()) {
            old.get().close();
        }
    }
}
