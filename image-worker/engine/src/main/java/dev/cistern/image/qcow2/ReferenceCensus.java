package dev.cistern.image.qcow2;

import dev.cistern.image.Findings;
import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.qcow2.format.HeaderExtension;
import dev.cistern.image.qcow2.format.L1Entry;
import dev.cistern.image.qcow2.format.L2Entry;
import dev.cistern.image.qcow2.format.SnapshotEntry;
import java.io.IOException;
import java.util.List;

/**
 * Counts every reference to every host cluster, but for those to the refcount structures. A table
 * that several snapshots share is read once, so that time and memory are bounded by what the file
 * really holds.
 */
final class ReferenceCensus {
    private final ImageFile file;
    private final ClusterGeometry geometry;
    private final ImageHeader image;
    private final Findings findings;
    private final SparseCounts counts;

    /** How often each L2 table that is not a hole is referred to, by its cluster. */
    private final LongIntMap visits = new LongIntMap();

    private final long fileEnd;
    private long allocated;
    private long fragmented;
    private long compressed;
    private long expectedHost;

    private ReferenceCensus(ImageFile file, ImageHeader image, Findings findings)
            throws IOException {
        this.file = file;
        this.geometry = file.geometry();
        this.image = image;
        this.findings = findings;
        this.counts = new SparseCounts(file.name());
        this.fileEnd = geometry.clusterEnd(file.storage().size());
    }

    static ReferenceCensus take(ImageFile file, ImageHeader image, Findings findings)
            throws IOException {
        var census = new ReferenceCensus(file, image, findings);
        census.takeAll();
        return census;
    }

    SparseCounts counts() {
        return counts;
    }

    long allocated() {
        return allocated;
    }

    long fragmented() {
        return fragmented;
    }

    long compressed() {
        return compressed;
    }

    private void takeAll() throws IOException {
        var header = image.header();
        add(0, 1, 1, "header");
        visitL1(header.l1Offset(), header.l1Entries(), "active L1 table");
        takeSnapshots(header);
        takeExtensions();
        walkActive(header);
        walkOthers();
    }

    /** Counts clusters; false if they are not where clusters can be. */
    private boolean add(long host, long bytes, int times, String what)
            throws ImageException.OutOfRange {
        if (bytes == 0) {
            return true;
        }
        if (host < 0 || geometry.inCluster(host) != 0) {
            findings.corruption("the %s at 0x%x is not at a cluster", what, host);
            return false;
        }
        return addBytes(host, bytes, times, what);
    }

    private boolean addBytes(long host, long bytes, int times, String what)
            throws ImageException.OutOfRange {
        if (!isInside(host, bytes)) {
            findings.corruption(
                    "the %s at 0x%x, 0x%x bytes, goes beyond the end of the file at 0x%x",
                    what, host, bytes, fileEnd);
            return false;
        }
        for (var cluster = geometry.cluster(host);
                cluster <= geometry.cluster(host + bytes - 1);
                cluster++) {
            counts.add(cluster, times);
        }
        return true;
    }

    /** Whether clusters, up to the one that has the last byte, are in the file. */
    private boolean isInside(long host, long bytes) {
        return bytes - 1 <= Long.MAX_VALUE - host
                && geometry.clusterStart(host + bytes - 1) < fileEnd;
    }

    private void visitL1(long host, int entries, String what) throws IOException {
        var bytes = (long) entries * ClusterGeometry.TABLE_ENTRY_BYTES;
        if (isInside(host, bytes) && isCounted(host, bytes)) {
            findings.corruption("the %s at 0x%x lies over something else", what, host);
        } else if (add(host, bytes, 1, what)) {
            L1Table.forEach(file, host, entries, (_, bits) -> visitL2(L1Entry.table(bits)));
        }
    }

    private void visitL2(long table) throws IOException {
        if (table != 0
                && add(table, geometry.clusterSize(), 1, "L2 table")
                && file.storage().nextData(table) < table + geometry.clusterSize()) {
            var cluster = geometry.cluster(table);
            visits.put(cluster, Math.max(0, visits.get(cluster)) + 1);
        }
    }

    private boolean isCounted(long host, long bytes) {
        for (var at = host; at < host + bytes; at += geometry.clusterSize()) {
            if (counts.get(geometry.cluster(at)) > 0) {
                return true;
            }
        }
        return false;
    }

    private void takeSnapshots(Header header) throws IOException {
        List<SnapshotEntry> entries;
        try {
            entries = SnapshotTable.read(file, header);
        } catch (ImageException.Corrupt e) {
            findings.error("%s", String.valueOf(e.getMessage()));
            return;
        }
        var bytes = entries.stream().mapToLong(SnapshotEntry::length).sum();
        add(header.snapshotsOffset(), bytes, 1, "snapshot table");
        for (var entry : entries) {
            visitL1(entry.l1Host(), entry.l1Entries(), "L1 table of snapshot " + entry.id());
        }
    }

    private void takeExtensions() throws IOException {
        for (var extension : image.extensions()) {
            switch (extension) {
                case HeaderExtension.EncryptionHeader(var host, var length) ->
                        add(host, Math.max(0, length), 1, "encryption header");
                case HeaderExtension.Bitmaps bitmaps -> {
                    if (image.bitmaps().isPresent()) {
                        takeBitmaps(bitmaps);
                    }
                }
                case HeaderExtension.BackingFormat _,
                        HeaderExtension.DataFile _,
                        HeaderExtension.FeatureNames _,
                        HeaderExtension.Unknown _ -> {}
            }
        }
    }

    /** "Bitmap directory": rows of 24 bytes, extra data and name, padded to 8 bytes. */
    private void takeBitmaps(HeaderExtension.Bitmaps bitmaps) throws IOException {
        var length = bitmaps.directoryBytes();
        if (length < 0
                || length > SnapshotEntry.MAX_TABLE_BYTES
                || !add(bitmaps.directoryHost(), length, 1, "bitmap directory")) {
            findings.error("the bitmap directory of 0x%x bytes cannot be read", length);
            return;
        }
        var rows = file.read(bitmaps.directoryHost(), (int) length);
        while (rows.remaining() >= 24) {
            var row = rows.slice();
            takeBitmap(row.getLong(0), row.getInt(8));
            var bytes = 24L + Integer.toUnsignedLong(row.getInt(20)) + row.getShort(18);
            rows.position(
                    (int) Math.min(rows.limit(), rows.position() + Math.ceilDiv(bytes, 8L) * 8));
        }
    }

    private void takeBitmap(long host, int entries) throws IOException {
        var most = Header.MAX_L1_BYTES / ClusterGeometry.TABLE_ENTRY_BYTES;
        if (entries < 0 || entries > most) {
            findings.error("the bitmap table at 0x%x has too many entries to be read", host);
            return;
        }
        var bytes = (long) entries * ClusterGeometry.TABLE_ENTRY_BYTES;
        if (isInside(host, bytes) && isCounted(host, bytes)) {
            findings.corruption("the bitmap table at 0x%x lies over something else", host);
        } else if (add(host, bytes, 1, "bitmap table")) {
            L1Table.forEach(
                    file,
                    host,
                    entries,
                    (_, bits) -> {
                        if (L1Entry.table(bits) != 0) {
                            add(L1Entry.table(bits), geometry.clusterSize(), 1, "bitmap cluster");
                        }
                    });
        }
    }

    /** The tables of the active image come first and in order, for its figures. */
    private void walkActive(Header header) throws IOException {
        L1Table.forEach(
                file,
                header.l1Offset(),
                header.l1Entries(),
                (_, bits) -> {
                    var table = L1Entry.table(bits);
                    var visited = visits.get(geometry.cluster(table));
                    if (table != 0 && geometry.inCluster(table) == 0 && visited > 0) {
                        walk(table, visited, true);
                        visits.put(geometry.cluster(table), 0);
                    }
                });
    }

    private void walkOthers() throws IOException {
        for (var cluster : visits.keys()) {
            if (visits.get(cluster) > 0) {
                walk(cluster << geometry.clusterBits(), visits.get(cluster), false);
            }
        }
    }

    private void walk(long table, int times, boolean active) throws IOException {
        var content = file.read(table, geometry.clusterSize());
        while (content.hasRemaining()) {
            var at = table + content.position();
            var bits = content.getLong();
            var bitmap = geometry.extendedL2() ? content.getLong() : 0;
            take(bits, bitmap, at, times, active);
        }
    }

    private void take(long bits, long bitmap, long at, int times, boolean active)
            throws ImageException.OutOfRange {
        if (L2Entry.compressed(bits)) {
            takeCompressed(bits, at, times, active);
            return;
        }
        if (isInvalid(bits, bitmap)) {
            findings.corruption("the L2 entry 0x%x at 0x%x contradicts itself", bits, at);
        }
        var host = L2Entry.host(bits);
        if (host == 0 && (!L2Entry.hasHost(bits, geometry) || (bits & L2Entry.ZERO) != 0)) {
            return;
        }
        if (!geometry.external()) {
            add(host, geometry.clusterSize(), times, "data cluster");
        }
        if (active) {
            allocated++;
            fragmented += expectedHost != 0 && expectedHost != host ? 1 : 0;
            expectedHost = host + geometry.clusterSize();
        }
    }

    private boolean isInvalid(long bits, long bitmap) {
        for (var sub = 0; sub < geometry.subclusters(); sub++) {
            if (L2Entry.state(bits, bitmap, sub, geometry) == L2Entry.State.INVALID) {
                return true;
            }
        }
        return false;
    }

    private void takeCompressed(long bits, long at, int times, boolean active)
            throws ImageException.OutOfRange {
        if (L2Entry.copied(bits)) {
            findings.corruption(
                    "the compressed cluster of the L2 entry at 0x%x is marked copied", at);
        }
        addBytes(
                L2Entry.compressedHost(bits, geometry),
                L2Entry.compressedLength(bits, geometry),
                times,
                "compressed cluster");
        if (active) {
            allocated++;
            compressed++;
            fragmented++;
        }
    }
}
