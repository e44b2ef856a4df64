package dev.cistern.image.qcow2;

import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.storage.Zeroes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Changes the capacity of an image that nobody else uses meanwhile.
 *
 * <p>Growing first makes what is added read as zeroes, durably, and then writes the new size.
 * Shrinking first writes the new size and then gives up what lies beyond; what an interruption
 * leaves there is given up when the image grows again.
 */
final class Resizer {
    private static final int SECTOR = 512;

    private final ImageTables tables;
    private final ClusterGeometry geometry;
    private final GuestContent content;
    private final GuestWriter writer;
    private final WriteOrder order;

    Resizer(ImageTables tables, GuestContent content, GuestWriter writer, WriteOrder order) {
        this.tables = tables;
        this.geometry = tables.file.geometry();
        this.content = content;
        this.writer = writer;
        this.order = order;
    }

    void resize(long capacity) throws IOException {
        requirePossible(capacity);
        order.settle();
        var old = tables.capacity();
        if (capacity > old) {
            grow(old, capacity);
        } else if (capacity < old) {
            shrink(capacity);
        }
        order.settle();
    }

    private void requirePossible(long capacity) throws ImageException.OutOfRange {
        if (capacity < 0 || capacity % SECTOR != 0) {
            throw new ImageException.OutOfRange(
                    "%s: a capacity of %d bytes is not a number of %d-byte sectors"
                            .formatted(tables.file.name(), capacity, SECTOR));
        }
        var most = Header.MAX_L1_BYTES / ClusterGeometry.TABLE_ENTRY_BYTES;
        if (geometry.l1Entries(capacity) > most) {
            throw new ImageException.OutOfRange(
                    "%s: %d bytes are more than a qcow2 image of %d-byte clusters holds, which is %d"
                            .formatted(
                                    tables.file.name(),
                                    capacity,
                                    geometry.clusterSize(),
                                    most * geometry.l2Coverage()));
        }
    }

    private void grow(long old, long capacity) throws IOException {
        if (geometry.l1Entries(capacity) > tables.l1.length()) {
            growL1((int) geometry.l1Entries(capacity));
        }
        cutOff(geometry.clusterEnd(old));
        tables.setCapacity(capacity);
        var done = false;
        try {
            growDataFile(old, capacity);
            storeZeroes(old, Math.min(geometry.clusterEnd(old), capacity));
            zeroOverLongerBacking(geometry.clusterEnd(old), capacity);
            if (tables.data.raw()) {
                writer.map(geometry.clusterEnd(old), capacity);
            }
            order.flush();
            done = true;
        } finally {
            if (!done) {
                tables.setCapacity(old);
            }
        }
        writeSize(capacity);
    }

    /** Bytes in the last cluster that were not within the capacity may be anything. */
    private void storeZeroes(long start, long end) throws IOException {
        for (var at = start; at < end; ) {
            var mapping = content.find(at, end - at);
            switch (mapping) {
                case ClusterMapping.Data _, ClusterMapping.Compressed _ ->
                        writeZeroes(at, at + mapping.length());
                case ClusterMapping.Unallocated _ -> {
                    if (!content.bare(at)) {
                        writeZeroes(at, at + mapping.length());
                    }
                }
                case ClusterMapping.Zero _ -> {}
            }
            at += mapping.length();
        }
    }

    private void writeZeroes(long start, long end) throws IOException {
        for (var at = start; at < end; ) {
            var zeroes = Zeroes.atMost(end - at);
            at += zeroes.remaining();
            writer.write(zeroes, at - zeroes.remaining());
        }
    }

    private void zeroOverLongerBacking(long start, long capacity) throws IOException {
        var end = Math.min(capacity, content.coveredEnd());
        if (start < end) {
            writer.zero(start, end - start, Space.FREE);
        }
    }

    /** What is added to a data file is a hole, whatever an interruption had left there. */
    private void growDataFile(long old, long capacity) throws IOException {
        if (tables.data.external()) {
            tables.data.truncate(old);
            tables.data.truncate(capacity);
        }
    }

    private void growL1(int entries) throws IOException {
        var file = tables.file;
        var oldHost = tables.l1.host();
        var oldBytes = tables.l1.bytes();
        var grown = Arrays.copyOf(tables.l1.copy(), entries);
        var host = new TableWriter(tables).l1(grown);
        tables.refcounts.write();
        file.await(Barrier.TABLE_BEFORE_HEADER);
        file.write(sizeAndL1(tables, tables.capacity(), entries, host), Header.SIZE_AT);
        file.await(Barrier.HEADER_BEFORE_FREEING);
        var _ = tables.l1.replace(host, grown);
        tables.freed.drop(geometry.cluster(oldHost), geometry.clusters(oldBytes), tables.refcounts);
    }

    /** Header bytes 24 to 47. */
    static ByteBuffer sizeAndL1(ImageTables tables, long capacity, int l1Entries, long l1Host) {
        return ByteBuffer.allocate(24)
                .putLong(capacity)
                .putInt(tables.cryptMethod)
                .putInt(l1Entries)
                .putLong(l1Host)
                .flip();
    }

    private void shrink(long capacity) throws IOException {
        writeSize(capacity);
        tables.setCapacity(capacity);
        storeZeroes(capacity, geometry.clusterEnd(capacity));
        cutOff(geometry.clusterEnd(capacity));
        if (tables.data.external()) {
            tables.data.truncate(capacity);
        }
    }

    private void writeSize(long capacity) throws IOException {
        tables.file.write(ByteBuffer.allocate(Long.BYTES).putLong(0, capacity), Header.SIZE_AT);
        tables.file.await(Barrier.HEADER);
    }

    /** Gives up all clusters from a guest offset on. */
    private void cutOff(long start) throws IOException {
        var end = tables.l1.length() * geometry.l2Coverage();
        for (var at = start; at < end; ) {
            var next = tables.map.endOfNothing(at);
            if (next == at) {
                order.relieve();
                next = at + geometry.clusterSize();
                tables.map.cutOff(at);
            }
            at = next;
        }
    }
}
