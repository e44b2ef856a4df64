package dev.cistern.image.qcow2;

import dev.cistern.image.ImageException;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Lays out an empty qcow2 version 3 image as {@code qemu-img create} does: clusters of 64 KiB,
 * refcounts of 16 bits.
 *
 * <pre>
 *   cluster 0        header, feature names
 *   cluster 1        refcount table
 *   cluster 2        refcount block, which counts all clusters below
 *   cluster 3 …      L1 table, all entries 0: nothing is allocated
 * </pre>
 */
public final class Qcow2Creator {
    private static final int CLUSTER_BITS = 16;
    private static final int CLUSTER = 1 << CLUSTER_BITS;
    private static final int REFCOUNT_ORDER = 4;
    private static final int METADATA_CLUSTERS = 3;
    private static final int ENTRY_BYTES = 8;

    /** What one L1 entry covers: a cluster of L2 entries, each of a cluster. */
    private static final long L1_ENTRY_COVERS = (long) CLUSTER / ENTRY_BYTES * CLUSTER;

    /** QEMU's limit on the L1 table, bytes; 2 PiB at these clusters. */
    private static final int MAX_L1_BYTES = 32 << 20;

    private Qcow2Creator() {}

    /**
     * Writes the image; the caller syncs.
     *
     * @param capacity bytes that a guest sees
     * @throws ImageException.OutOfRange if the L1 table would be longer than QEMU accepts
     */
    public static void create(long capacity, Storage storage) throws IOException {
        var entries = Math.ceilDiv(capacity, L1_ENTRY_COVERS);
        if (entries > MAX_L1_BYTES / ENTRY_BYTES) {
            throw new ImageException.OutOfRange(
                    "%s: %d bytes are more than a qcow2 image of 64 KiB clusters holds, which is %d"
                            .formatted(
                                    storage.name(),
                                    capacity,
                                    MAX_L1_BYTES / ENTRY_BYTES * L1_ENTRY_COVERS));
        }
        var l1Clusters = (int) Math.ceilDiv(entries * ENTRY_BYTES, (long) CLUSTER);
        storage.writeFully(firstClusters(header(capacity, (int) entries), l1Clusters), 0);
        storage.truncate((long) (METADATA_CLUSTERS + l1Clusters) * CLUSTER);
    }

    private static Header header(long capacity, int l1Entries) {
        return new Header(
                3,
                0,
                0,
                CLUSTER_BITS,
                capacity,
                0,
                l1Entries,
                (long) METADATA_CLUSTERS * CLUSTER,
                CLUSTER,
                1,
                0,
                0,
                0,
                0,
                0,
                REFCOUNT_ORDER,
                Header.V3_LENGTH,
                0);
    }

    private static ByteBuffer firstClusters(Header header, int l1Clusters) {
        var bytes = ByteBuffer.allocate(METADATA_CLUSTERS * CLUSTER);
        bytes.put(header.encode());
        bytes.putInt(Extensions.FEATURE_NAMES);
        bytes.putInt(Feature.KNOWN.size() * Feature.ENTRY_BYTES);
        Feature.KNOWN.forEach(feature -> feature.encode(bytes));
        bytes.putInt(Extensions.END).putInt(0);
        bytes.putLong(CLUSTER, 2L * CLUSTER);
        for (var cluster = 0; cluster < METADATA_CLUSTERS + l1Clusters; cluster++) {
            bytes.putShort(2 * CLUSTER + cluster * Short.BYTES, (short) 1);
        }
        return bytes.clear();
    }
}
