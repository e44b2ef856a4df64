package dev.cistern.image.qcow2;

import dev.cistern.image.qcow2.format.ClusterGeometry;

/**
 * Where everything is in a new image.
 *
 * <pre>
 *   header, extensions, name of the backing file     one cluster
 *   refcount table
 *   refcount blocks, which count all of this
 *   L1 table
 *   LUKS header, if data are encrypted
 *   L2 tables   }  if they are preallocated
 *   data        }  and not in a data file
 * </pre>
 *
 * <p>All numbers but the last two are of clusters.
 */
record NewLayout(
        ClusterGeometry geometry,
        long table,
        long blocks,
        long l1,
        long encryption,
        long l2,
        long data,
        long l1Entries,
        long guestClusters) {

    /**
     * The layout for a capacity.
     *
     * @param encryptionBytes of the LUKS header, 0 for none
     * @param preallocated whether tables and data are there at once
     */
    static NewLayout of(
            ClusterGeometry geometry, long capacity, long encryptionBytes, boolean preallocated) {
        var l1Entries = geometry.l1Entries(capacity);
        var l1 = geometry.clusters(l1Entries * ClusterGeometry.TABLE_ENTRY_BYTES);
        var encryption = geometry.clusters(encryptionBytes);
        var l2 = preallocated ? l1Entries : 0;
        var guestClusters = geometry.clusters(capacity);
        var data = preallocated && !geometry.external() ? guestClusters : 0;
        var others = 1 + l1 + encryption + l2 + data;
        var blocks = 1L;
        while (blocksFor(geometry, others, blocks) > blocks) {
            blocks = blocksFor(geometry, others, blocks);
        }
        return new NewLayout(
                geometry,
                tableFor(geometry, blocks),
                blocks,
                l1,
                encryption,
                l2,
                data,
                l1Entries,
                guestClusters);
    }

    private static long blocksFor(ClusterGeometry geometry, long others, long blocks) {
        return Math.ceilDiv(
                others + tableFor(geometry, blocks) + blocks, (long) geometry.blockEntries());
    }

    private static long tableFor(ClusterGeometry geometry, long blocks) {
        return geometry.clusters(blocks * ClusterGeometry.TABLE_ENTRY_BYTES);
    }

    long tableHost() {
        return host(1);
    }

    long blockHost(long block) {
        return host(1 + table + block);
    }

    long l1Host() {
        return host(1 + table + blocks);
    }

    long encryptionHost() {
        return host(1 + table + blocks + l1);
    }

    long l2Host(long index) {
        return host(1 + table + blocks + l1 + encryption + index);
    }

    /** Where a guest cluster is stored. */
    long dataHost(long guestCluster) {
        return geometry.external()
                ? host(guestCluster)
                : host(1 + table + blocks + l1 + encryption + l2 + guestCluster);
    }

    /** All clusters of the image's own file. */
    long total() {
        return 1 + table + blocks + l1 + encryption + l2 + data;
    }

    private long host(long cluster) {
        return cluster << geometry.clusterBits();
    }
}
