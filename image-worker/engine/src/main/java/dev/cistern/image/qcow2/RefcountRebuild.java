package dev.cistern.image.qcow2;

import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.qcow2.format.RefcountBlock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SortedSet;
import java.util.TreeSet;

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
     * @param first cluster behind the end of the file, and so behind all that is in use
     */
    void run(long first) throws IOException {
        var indexes = new TreeSet<Long>();
        references.forEach((cluster, _) -> indexes.add(geometry.blockIndex(cluster)));
        var used = first;
        for (var end = 0L; end != used; ) {
            end = used;
            indexes.add(geometry.blockIndex(first));
            indexes.add(geometry.blockIndex(end));
            used = first + indexes.size() + tableClusters(indexes);
        }
        requireAddressable(used);
        requireCountable(tableClusters(indexes));
        for (var cluster = first; cluster < used; cluster++) {
            references.add(cluster, 1);
        }
        write(indexes, first);
    }

    /** The table names blocks up to the last. */
    private long tableClusters(SortedSet<Long> indexes) {
        return geometry.clusters((indexes.last() + 1) * ClusterGeometry.TABLE_ENTRY_BYTES);
    }

    private void write(SortedSet<Long> indexes, long first) throws IOException {
        var clusters = tableClusters(indexes);
        var table = ByteBuffer.allocate(Math.toIntExact(clusters << geometry.clusterBits()));
        var host = first << geometry.clusterBits();
        for (var index : indexes) {
            table.putLong((int) (index * ClusterGeometry.TABLE_ENTRY_BYTES), host);
            file.write(counts(index * geometry.blockEntries()), host);
            host += geometry.clusterSize();
        }
        file.write(table, host);
        file.await(Barrier.TABLE_BEFORE_HEADER);
        file.write(
                ByteBuffer.allocate(12).putLong(host).putInt((int) clusters).flip(),
                Header.REFCOUNT_TABLE_AT);
        file.await(Barrier.HEADER_BEFORE_FREEING);
    }

    private void requireAddressable(long clusters) throws ImageException.OutOfRange {
        if (clusters > Long.MAX_VALUE >>> geometry.clusterBits()) {
            throw new ImageException.OutOfRange(
                    "%s: has 0x%x clusters, behind which there is no room for refcounts"
                            .formatted(file.name(), clusters));
        }
    }

    private void requireCountable(long tableClusters) throws ImageException {
        if (tableClusters > Header.MAX_REFCOUNT_TABLE_BYTES >> geometry.clusterBits()) {
            throw new ImageException.OutOfRange(
                    "%s: a refcount table of 0x%x clusters would be longer than %d bytes"
                            .formatted(
                                    file.name(), tableClusters, Header.MAX_REFCOUNT_TABLE_BYTES));
        }
        SparseCounts.Counted<ImageException> countable =
                (cluster, count) -> {
                    if (count > geometry.maxRefcount()) {
                        throw new ImageException.OutOfRange(
                                "%s: the cluster at 0x%x has %d references, more than refcounts of %d bits can count"
                                        .formatted(
                                                file.name(),
                                                cluster << geometry.clusterBits(),
                                                count,
                                                1 << geometry.refcountOrder()));
                    }
                };
        references.forEach(countable);
    }

    private ByteBuffer counts(long first) {
        var bytes = ByteBuffer.allocate(geometry.clusterSize());
        for (var i = 0; i < geometry.blockEntries(); i++) {
            RefcountBlock.set(bytes, 0, i, geometry.refcountOrder(), references.get(first + i));
        }
        return bytes;
    }
}
