package dev.cistern.image.qcow2;

import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.storage.RangeLocks;
import dev.cistern.image.storage.Zeroes;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes, zeroes and discards guest bytes. What is already stored in clusters of this image's own
 * is written in place; everything else changes the mapping, under {@link RangeLocks}.
 */
final class GuestWriter {
    /** Longest run of guest bytes that one write maps at once, so that others get their turn. */
    private static final long MAX_RUN_BYTES = 2 << 20;

    /** The same for zeroes, for which nothing is stored. */
    private static final long MAX_ZERO_RUN_BYTES = 64 << 20;

    private final ImageTables tables;
    private final ClusterGeometry geometry;
    private final GuestContent content;
    private final CompressedClusters compressed;
    private final CopyOnWrite copyOnWrite;
    private final WriteOrder order;
    private final WholeSectors wholeSectors;
    private final RangeLocks clusterLocks = new RangeLocks();

    GuestWriter(
            ImageTables tables,
            GuestContent content,
            CompressedClusters compressed,
            WriteOrder order) {
        this.tables = tables;
        this.geometry = tables.file.geometry();
        this.content = content;
        this.compressed = compressed;
        this.copyOnWrite = new CopyOnWrite(tables.data, geometry, content);
        this.order = order;
        this.wholeSectors = new WholeSectors(content, this::writeRuns);
    }

    void write(ByteBuffer from, long offset) throws IOException {
        if (tables.data.encrypted()) {
            wholeSectors.write(from, offset);
        } else {
            writeRuns(from, offset);
        }
    }

    private void writeRuns(ByteBuffer from, long offset) throws IOException {
        for (var at = offset; from.hasRemaining(); ) {
            at += writeRun(from, at);
        }
    }

    private long writeRun(ByteBuffer from, long guest) throws IOException {
        if (content.find(guest, from.remaining())
                        instanceof ClusterMapping.Data(var length, var host, var exclusive)
                && exclusive) {
            tables.data.write(take(from, length), host, guest);
            return length;
        }
        order.relieve();
        var length = Math.min(from.remaining(), MAX_RUN_BYTES);
        try (var _ = lockClusters(guest, guest + length)) {
            return writeNew(from, guest, length);
        }
    }

    private RangeLocks.Held lockClusters(long start, long end) {
        return clusterLocks.lock(geometry.cluster(start), geometry.cluster(end - 1));
    }

    private long writeNew(ByteBuffer from, long guest, long length) throws IOException {
        WritePlan plan;
        try (var _ = tables.mapLock.take()) {
            plan = tables.map.plan(guest, length);
        }
        var stored = false;
        try {
            copyOnWrite.store(plan, take(from, plan.length()));
            stored = true;
        } finally {
            try (var _ = tables.mapLock.take()) {
                if (stored) {
                    tables.map.link(plan);
                    order.linked();
                } else {
                    tables.map.abandon(plan);
                }
            }
        }
        return plan.length();
    }

    private static ByteBuffer take(ByteBuffer from, long length) {
        var part = from.slice(from.position(), (int) length);
        from.position(from.position() + (int) length);
        return part;
    }

    /**
     * Writes a cluster compressed, or as it is if that is no smaller.
     *
     * @param from the cluster; where it ends before a cluster does, zeroes follow
     */
    void writeCompressed(ByteBuffer from, long guest) throws IOException {
        var cluster = ByteBuffer.allocate(geometry.clusterSize());
        cluster.put(0, from, from.position(), from.remaining());
        var packed = compressed.pack(cluster);
        if (!packed.hasRemaining()) {
            write(from, guest);
            return;
        }
        from.position(from.limit());
        writePacked(packed, guest);
    }

    /** Writes what a cluster was compressed to. */
    void writePacked(ByteBuffer packed, long guest) throws IOException {
        order.relieve();
        try (var _ = lockClusters(guest, guest + 1)) {
            storePacked(packed, guest);
        }
    }

    private void storePacked(ByteBuffer packed, long guest) throws IOException {
        var length = packed.remaining();
        long host;
        try (var _ = tables.mapLock.take()) {
            host = tables.allocator.allocateBytes(length);
        }
        var stored = false;
        try {
            tables.file.write(packed, host);
            stored = true;
        } finally {
            try (var _ = tables.mapLock.take()) {
                if (stored) {
                    tables.map.linkCompressed(guest, host, length);
                    order.linked();
                } else {
                    tables.allocator.giveBackBytes(host, length);
                }
            }
        }
    }

    void zero(long offset, long length, Space space) throws IOException {
        if (tables.data.raw()) {
            zeroDataFile(offset, offset + length, space);
            return;
        }
        var end = offset + length;
        var unit = (long) geometry.subclusterSize();
        var first = Math.ceilDiv(offset, unit) * unit;
        var last = end == tables.capacity() ? Math.ceilDiv(end, unit) * unit : end / unit * unit;
        if (first >= last) {
            storeZeroes(offset, end);
            return;
        }
        storeZeroes(offset, first);
        storeZeroes(last, end);
        for (var at = first; at < last; ) {
            var reached = mapZero(at, last, space);
            if (reached == at) {
                reached = Math.min(last, nextCluster(at));
                storeZeroes(at, Math.min(reached, tables.capacity()));
            }
            at = reached;
        }
    }

    /** Gives up whole clusters; what cannot be said to be zero stays as it is. */
    void discard(long offset, long length) throws IOException {
        if (tables.data.raw()) {
            discardInDataFile(offset, offset + length);
            return;
        }
        var end = offset + length;
        var last = end == tables.capacity() ? geometry.clusterEnd(end) : geometry.clusterStart(end);
        for (var at = geometry.clusterEnd(offset); at < last; ) {
            var reached = mapZero(at, last, Space.FREE);
            at = reached == at ? nextCluster(at) : reached;
        }
    }

    /** Maps whole subclusters to zero; returns how far that could be done. */
    private long mapZero(long start, long end, Space space) throws IOException {
        order.relieve();
        var runEnd = Math.min(end, geometry.clusterStart(start) + MAX_ZERO_RUN_BYTES);
        try (var _ = lockClusters(start, runEnd)) {
            var reached = mapZero(start, runEnd, end, space);
            if (tables.data.external() && space == Space.FREE) {
                punchDataFile(start, Math.min(reached, runEnd));
            }
            return reached;
        }
    }

    private long mapZero(long start, long lockedEnd, long end, Space space) throws IOException {
        var runEnd = lockedEnd;
        try (var _ = tables.mapLock.take()) {
            for (var at = start; at < runEnd; ) {
                var bare = content.bare(at);
                var reached = bare ? Math.min(end, tables.map.endOfNothing(at)) : at;
                if (reached == at) {
                    reached = Math.min(runEnd, nextCluster(at));
                    if (!tables.map.zero(at, reached, space == Space.KEEP, bare)) {
                        return at;
                    }
                }
                at = reached;
                runEnd = Math.max(runEnd, at);
            }
            return runEnd;
        }
    }

    /**
     * The place of a guest cluster in a data file is only ever its own. So it is given up at once,
     * and a crash leaves zeroes in it, whether the table says so yet or not.
     */
    private void punchDataFile(long start, long end) throws IOException {
        var first = geometry.clusterEnd(start);
        var last = geometry.clusterStart(end);
        if (first < last) {
            tables.data.punch(first, last - first);
        }
    }

    /** The tables stay as they are: what they name in the data file reads as zeroes there. */
    private void zeroDataFile(long start, long end, Space space) throws IOException {
        if (start < end) {
            try (var _ = lockClusters(start, end)) {
                tables.data.zero(start, end - start, space);
            }
        }
    }

    private void discardInDataFile(long start, long end) throws IOException {
        var first = geometry.clusterEnd(start);
        var last = end == tables.capacity() ? end : geometry.clusterStart(end);
        if (first < last) {
            try (var _ = lockClusters(first, last)) {
                tables.data.punch(first, last - first);
            }
        }
    }

    /** Maps clusters of a data file in which nothing has been stored. */
    void map(long start, long end) throws IOException {
        for (var at = start; at < end; ) {
            order.relieve();
            try (var _ = lockClusters(at, end);
                    var _ = tables.mapLock.take()) {
                var plan = tables.map.plan(at, Math.min(end - at, geometry.l2Coverage()));
                tables.map.link(plan);
                order.linked();
                at += plan.length();
            }
        }
    }

    private long nextCluster(long guest) {
        return geometry.clusterStart(guest) + geometry.clusterSize();
    }

    private void storeZeroes(long start, long end) throws IOException {
        if (start >= end || content.readsZero(start, end - start)) {
            return;
        }
        for (var at = start; at < end; ) {
            var zeroes = Zeroes.atMost(end - at);
            var count = zeroes.remaining();
            write(zeroes, at);
            at += count;
        }
    }
}
