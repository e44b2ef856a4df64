package dev.cistern.image.qcow2;

import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.L1Entry;
import dev.cistern.image.qcow2.format.L2Entry;
import java.io.IOException;

/**
 * An L1 table with all L2 tables below it, the active one's or a snapshot's, in an image that
 * nobody else uses meanwhile.
 */
final class TableTree {
    private final ImageTables tables;
    private final long[] l1;

    TableTree(ImageTables tables, long[] l1) {
        this.tables = tables;
        this.l1 = l1;
    }

    /** Host clusters that the L1 table takes. */
    long l1Clusters() {
        return tables.file
                .geometry()
                .clusters((long) l1.length * ClusterGeometry.TABLE_ENTRY_BYTES);
    }

    /** Takes the references of a tree, one by one. */
    @FunctionalInterface
    interface References {
        /**
         * One reference to a host cluster; a compressed cluster has one to each that it touches.
         */
        void to(long cluster) throws IOException;
    }

    /** Names every reference of the tree: those of a table first, then the one to the table. */
    void forEach(References references) throws IOException {
        var geometry = tables.file.geometry();
        for (var index = 0; index < l1.length; index++) {
            var table = tables.l1.table(l1[index], index);
            if (table == 0) {
                continue;
            }
            for (var entry = tables.l2.nextUsed(table, 0);
                    entry < geometry.l2Entries();
                    entry = tables.l2.nextUsed(table, entry + 1)) {
                name(tables.l2.bits(table, entry), references);
            }
            references.to(geometry.cluster(table));
            relieve();
        }
    }

    private void name(long bits, References references) throws IOException {
        var geometry = tables.file.geometry();
        if (L2Entry.compressed(bits)) {
            var host = L2Entry.compressedHost(bits, geometry);
            var end = host + L2Entry.compressedLength(bits, geometry);
            for (var cluster = geometry.cluster(host);
                    cluster <= geometry.cluster(end - 1);
                    cluster++) {
                references.to(cluster);
            }
        } else if (L2Entry.host(bits) != 0) {
            if (geometry.inCluster(L2Entry.host(bits)) != 0) {
                throw new ImageException.Corrupt(
                        "%s: an L2 entry 0x%x names a cluster that is not at a multiple of 0x%x"
                                .formatted(tables.file.name(), bits, geometry.clusterSize()));
            }
            references.to(geometry.cluster(L2Entry.host(bits)));
        }
    }

    /** Whether an entry says that its cluster reads as zeroes. */
    boolean saysZero() throws IOException {
        for (var index = 0; index < l1.length; index++) {
            var table = tables.l1.table(l1[index], index);
            for (var entry = 0; table != 0 && entry < tables.file.geometry().l2Entries(); entry++) {
                var bits = tables.l2.bits(table, entry);
                if (!L2Entry.compressed(bits) && (bits & L2Entry.ZERO) != 0) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Says of every cluster whether it may be written in place: if it has just one reference. */
    void markCopied(boolean clear) throws IOException {
        var geometry = tables.file.geometry();
        for (var index = 0; index < l1.length; index++) {
            var table = tables.l1.table(l1[index], index);
            if (table == 0) {
                continue;
            }
            for (var entry = tables.l2.nextUsed(table, 0);
                    entry < geometry.l2Entries();
                    entry = tables.l2.nextUsed(table, entry + 1)) {
                var bits = tables.l2.bits(table, entry);
                var host = L2Entry.host(bits);
                var copied =
                        host != 0 && !clear && tables.refcounts.get(geometry.cluster(host)) == 1;
                var marked = copied ? bits | L2Entry.COPIED : bits & ~L2Entry.COPIED;
                if (marked != bits) {
                    tables.l2.set(table, entry, marked, tables.l2.bitmap(table, entry));
                }
            }
            var copied = !clear && tables.refcounts.get(geometry.cluster(table)) == 1;
            l1[index] = copied ? table | L1Entry.COPIED : table;
            relieve();
        }
    }

    /** Forgets the L2 tables that have lost their last reference, and are not dirty. */
    void forgetUnused() throws IOException {
        var geometry = tables.file.geometry();
        for (var index = 0; index < l1.length; index++) {
            var table = tables.l1.table(l1[index], index);
            if (table != 0 && tables.refcounts.get(geometry.cluster(table)) == 0) {
                tables.l2Cache.forget(table, geometry.clusterSize());
            }
        }
    }

    /**
     * Writes what is dirty if it is much: neither counts that are too high nor entries that are not
     * to be written in place need any order.
     */
    private void relieve() throws IOException {
        if (tables.l2Cache.crowded()) {
            tables.l2Cache.writeDirty();
        }
        if (tables.refcounts.crowded()) {
            tables.refcounts.write();
        }
    }
}
