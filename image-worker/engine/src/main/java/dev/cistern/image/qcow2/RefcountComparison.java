package dev.cistern.image.qcow2;

import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.qcow2.format.RefcountBlock;
import java.io.IOException;

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

    /** No cluster from here on is in use or counted. */
    long end() {
        return Math.max(end, references.end());
    }

    private void countOwnClusters() throws IOException {
        var fileEnd = geometry.cluster(geometry.clusterEnd(file.storage().size()));
        tableCounted = geometry.cluster(tableHost) + tableClusters() <= fileEnd;
        for (var i = 0; i < tableClusters() && tableCounted; i++) {
            countOwn(geometry.cluster(tableHost) + i);
        }
        if (!tableCounted) {
            breakDown(
                    "the refcount table at 0x%x goes beyond the end of the file"
                            .formatted(tableHost));
        }
        for (var index = 0; index < table.length; index++) {
            var host = table[index];
            if (host == 0) {
                continue;
            }
            var cluster = geometry.cluster(host);
            if (host < 0 || geometry.inCluster(host) != 0 || cluster >= fileEnd) {
                breakDown("refcount table entry %d names a block at 0x%x".formatted(index, host));
                table[index] = 0;
            } else if (references.get(cluster) > 0) {
                breakDown(
                        "the refcount block at 0x%x, entry %d, is something else too"
                                .formatted(host, index));
                table[index] = 0;
            } else {
                references.add(cluster, 1);
            }
        }
    }

    private void countOwn(long cluster) {
        if (references.get(cluster) > 0) {
            breakDown("the refcount table at 0x%x lies over something else".formatted(tableHost));
        }
        references.add(cluster, 1);
    }

    private void breakDown(String what) {
        broken = true;
        findings.corruption(what);
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
        for (var i = 0; i < geometry.blockEntries(); i++) {
            compare(first + i, RefcountBlock.get(block, 0, i, geometry.refcountOrder()));
        }
    }

    private void compare(long cluster, long count) {
        var expected = references.get(cluster);
        end = count == 0 ? end : Math.max(end, cluster + 1);
        if (count == expected) {
            return;
        }
        if (Long.compareUnsigned(count, expected) > 0) {
            findings.leak(
                    "Leaked cluster %d refcount=%s reference=%d"
                            .formatted(cluster, Long.toUnsignedString(count), expected));
        } else {
            tooLow = true;
            findings.corruption(
                    "ERROR cluster %d refcount=%d reference=%d"
                            .formatted(cluster, count, expected));
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
        var changed = false;
        for (var i = 0; i < geometry.blockEntries(); i++) {
            var expected = references.get(first + i);
            var count = RefcountBlock.get(block, 0, i, geometry.refcountOrder());
            if (Long.compareUnsigned(count, expected) > 0) {
                RefcountBlock.set(block, 0, i, geometry.refcountOrder(), expected);
                changed = true;
            }
        }
        if (changed) {
            file.write(block, host);
        }
    }

    /** The references without those to the structures that were counted here. */
    void forgetOwnClusters() {
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
