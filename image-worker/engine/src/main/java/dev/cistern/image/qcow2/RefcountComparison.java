package dev.cistern.image.qcow2;

import dev.cistern.image.Findings;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.qcow2.format.RefcountBlock;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Compares the refcounts on disk with the references that there are. First it counts the refcount
 * structures themselves; then each cluster is looked at.
 */
final class RefcountComparison {
    private final ImageFile file;
    private final ClusterGeometry geometry;
    private final SparseCounts references;
    private final Findings findings;
    private final long tableHost;
    private final long[] table;
    private boolean tooLow;
    private boolean broken;
    private boolean tableCounted;
    private long end;

    private RefcountComparison(
            ImageFile file, Header header, SparseCounts references, Findings findings)
            throws IOException {
        this.file = file;
        this.geometry = file.geometry();
        this.references = references;
        this.findings = findings;
        this.tableHost = header.refcountTableOffset();
        var entries =
                (header.refcountTableClusters() << geometry.clusterBits())
                        / ClusterGeometry.TABLE_ENTRY_BYTES;
        this.table = L1Table.read(file, tableHost, entries);
    }

    static RefcountComparison of(
            ImageFile file, Header header, SparseCounts references, Findings findings)
            throws IOException {
        var comparison = new RefcountComparison(file, header, references, findings);
        comparison.countOwnClusters();
        comparison.compareAll();
        return comparison;
    }

    /** Whether a cluster has more references than its refcount says. */
    boolean tooLow() {
        return tooLow;
    }

    /** Whether the refcount structures cannot be used as they are. */
    boolean broken() {
        return broken;
    }

    /** Where the last cluster ends that is in use or counted, bytes. */
    long end() {
        var last = Math.max(end, references.end());
        return Math.min(last, Long.MAX_VALUE >>> geometry.clusterBits()) << geometry.clusterBits();
    }

    private void countOwnClusters() throws IOException {
        var fileEnd = geometry.cluster(geometry.clusterEnd(file.storage().size()));
        tableCounted = geometry.cluster(tableHost) + tableClusters() <= fileEnd;
        for (var i = 0; i < tableClusters() && tableCounted; i++) {
            countOwn(geometry.cluster(tableHost) + i);
        }
        if (!tableCounted) {
            breakDown("the refcount table at 0x%x goes beyond the end of the file", tableHost);
        }
        for (var index = 0; index < table.length; index++) {
            var host = table[index];
            if (host == 0) {
                continue;
            }
            var cluster = geometry.cluster(host);
            if (host < 0 || geometry.inCluster(host) != 0 || cluster >= fileEnd) {
                breakDown(
                        "refcount table entry %d names a block at 0x%x, which is not at a cluster of the file",
                        index, host);
                table[index] = 0;
            } else if (references.get(cluster) > 0) {
                breakDown(
                        "the refcount block at 0x%x, entry %d, is something else too", host, index);
                table[index] = 0;
            } else {
                references.add(cluster, 1);
            }
        }
    }

    private void countOwn(long cluster) throws IOException {
        if (references.get(cluster) > 0) {
            breakDown("the refcount table at 0x%x lies over something else", tableHost);
        }
        references.add(cluster, 1);
    }

    private void breakDown(String format, Object... what) {
        broken = true;
        findings.corruption(format, what);
    }

    private void compareAll() throws IOException {
        for (var index = 0; index < table.length; index++) {
            if (hasBlock(index)) {
                compareBlock(table[index], (long) index * geometry.blockEntries());
            }
        }
        references.forEach(
                (cluster, _) -> {
                    if (!hasBlock(geometry.blockIndex(cluster))) {
                        compare(cluster, 0);
                    }
                });
    }

    /** Whether there is a block that is not a hole, in which all counts are zero. */
    private boolean hasBlock(long index) throws IOException {
        if (index >= table.length || table[(int) index] == 0) {
            return false;
        }
        var host = table[(int) index];
        return file.storage().nextData(host) < host + geometry.clusterSize();
    }

    private void compareBlock(long host, long first) throws IOException {
        var block = file.read(host, geometry.clusterSize());
        forEachOf(
                block,
                first,
                i -> compare(first + i, RefcountBlock.get(block, 0, i, geometry.refcountOrder())));
    }

    /** Takes the place of a count in its block. */
    @FunctionalInterface
    private interface Place {
        void at(int index);
    }

    /** Names all places of a block but runs of counts that are zero as are the references. */
    private void forEachOf(ByteBuffer block, long first, Place place) {
        var run = Math.min(SparseCounts.RUN, geometry.blockEntries());
        for (var start = 0; start < geometry.blockEntries(); start += run) {
            if (!isZero(block, start, run) || !references.isEmptyRun(first + start)) {
                for (var i = start; i < start + run; i++) {
                    place.at(i);
                }
            }
        }
    }

    private boolean isZero(ByteBuffer block, int start, int run) {
        var from = (long) start << geometry.refcountOrder() >>> 3;
        var bytes = run << geometry.refcountOrder() >>> 3;
        for (var at = 0; at < bytes; at += Long.BYTES) {
            if (block.getLong((int) from + at) != 0) {
                return false;
            }
        }
        return true;
    }

    private void compare(long cluster, long count) {
        var expected = references.get(cluster);
        end = count == 0 ? end : Math.max(end, cluster + 1);
        if (count == expected) {
            return;
        }
        if (Long.compareUnsigned(count, expected) > 0) {
            findings.leak(
                    "Leaked cluster %d refcount=%s reference=%d",
                    cluster, Long.toUnsignedString(count), expected);
        } else {
            tooLow = true;
            findings.corruption(
                    "ERROR cluster %d refcount=%d reference=%d", cluster, count, expected);
        }
    }

    /** Writes the refcounts that are too high as they must be; durable after the next barrier. */
    void lower() throws IOException {
        for (var index = 0; index < table.length; index++) {
            if (hasBlock(index)) {
                lowerBlock(table[index], (long) index * geometry.blockEntries());
            }
        }
    }

    private void lowerBlock(long host, long first) throws IOException {
        var block = file.read(host, geometry.clusterSize());
        var order = geometry.refcountOrder();
        var before = ByteBuffer.allocate(block.limit()).put(0, block, 0, block.limit());
        forEachOf(
                block,
                first,
                i -> {
                    var expected = references.get(first + i);
                    if (Long.compareUnsigned(RefcountBlock.get(block, 0, i, order), expected) > 0) {
                        RefcountBlock.set(block, 0, i, order, expected);
                    }
                });
        if (!block.equals(before)) {
            file.write(block, host);
        }
    }

    /** The references without those to the structures that were counted here. */
    void forgetOwnClusters() throws IOException {
        for (var i = 0; i < tableClusters() && tableCounted; i++) {
            references.add(geometry.cluster(tableHost) + i, -1);
        }
        for (var host : table) {
            if (host != 0) {
                references.add(geometry.cluster(host), -1);
            }
        }
    }

    private long tableClusters() {
        return geometry.clusters((long) table.length * ClusterGeometry.TABLE_ENTRY_BYTES);
    }
}
