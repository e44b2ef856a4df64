package dev.cistern.image.qcow2;

import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.qcow2.format.RefcountBlock;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes refcount structures anew, behind everything else in the file, and then makes the header
 * name them; until then nothing has changed.
 *
 * <pre>
 *   | whatever is in use | block | … | block | table |
 * </pre>
 */
final class RefcountRebuild {
    private final ImageFile file;
    private final ClusterGeometry geometry;
    private final SparseCounts references;

    /**
     * A rebuild.
     *
     * @param references without those to refcount structures
     */
    RefcountRebuild(ImageFile file, SparseCounts references) {
        this.file = file;
        this.geometry = file.geometry();
        this.references = references;
    }

    /**
     * Does it, durably.
     *
     * @param first cluster from which on nothing is in use
     */
    void run(long first) throws IOException {
        var blocks = 1L;
        var tableClusters = 1L;
        while ((first + blocks + tableClusters) > blocks * geometry.blockEntries()) {
            blocks = Math.ceilDiv(first + blocks + tableClusters, (long) geometry.blockEntries());
            tableClusters = geometry.clusters(blocks * ClusterGeometry.TABLE_ENTRY_BYTES);
        }
        requireCountable(first + blocks + tableClusters, tableClusters);
        for (var cluster = first; cluster < first + blocks + tableClusters; cluster++) {
            references.add(cluster, 1);
        }
        var host = (first + blocks) << geometry.clusterBits();
        var table = new long[Math.toIntExact(blocks)];
        for (var block = 0; block < blocks; block++) {
            table[block] = (first + block) << geometry.clusterBits();
            file.write(counts((long) block * geometry.blockEntries()), table[block]);
        }
        var padded = ByteBuffer.allocate(Math.toIntExact(tableClusters << geometry.clusterBits()));
        file.write(padded.put(0, L1Table.encode(table), 0, table.length * Long.BYTES), host);
        file.await(Barrier.TABLE_BEFORE_HEADER);
        file.write(
                ByteBuffer.allocate(12).putLong(host).putInt((int) tableClusters).flip(),
                Header.REFCOUNT_TABLE_AT);
        file.await(Barrier.HEADER_BEFORE_FREEING);
    }

    private void requireCountable(long end, long tableClusters) throws ImageException {
        if (tableClusters << geometry.clusterBits() > Header.MAX_REFCOUNT_TABLE_BYTES) {
            throw new ImageException.OutOfRange(
                    "%s: a refcount table for 0x%x clusters would be longer than %d bytes"
                            .formatted(file.name(), end, Header.MAX_REFCOUNT_TABLE_BYTES));
        }
        for (var cluster = 0L; cluster < references.end(); cluster++) {
            if (references.get(cluster) > geometry.maxRefcount()) {
                throw new ImageException.OutOfRange(
                        "%s: the cluster at 0x%x has %d references, more than refcounts of %d bits can count"
                                .formatted(
                                        file.name(),
                                        cluster << geometry.clusterBits(),
                                        references.get(cluster),
                                        1 << geometry.refcountOrder()));
            }
        }
    }

    private ByteBuffer counts(long first) {
        var bytes = ByteBuffer.allocate(geometry.clusterSize());
        for (var i = 0; i < geometry.blockEntries(); i++) {
            RefcountBlock.set(bytes, 0, i, geometry.refcountOrder(), references.get(first + i));
        }
        return bytes;
    }
}
