package dev.cistern.image.qcow2;

import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.format.BitmapEntry;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.qcow2.format.HeaderExtension;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Bitmaps in the file of an image: their directory, their tables and their bits. */
final class BitmapStore {
    private static final int EXTENSION_BYTES = 24;

    private final ImageFile file;
    private final ClusterGeometry geometry;

    BitmapStore(ImageFile file) {
        this.file = file;
        this.geometry = file.geometry();
    }

    /** The rows of the directory that a header names; none if it does not vouch for them. */
    List<BitmapEntry> directory(ImageHeader image) throws IOException {
        var extension = image.bitmaps();
        if (extension.isEmpty()) {
            return List.of();
        }
        var count = extension.get().count();
        var bytes = extension.get().directoryBytes();
        if (count <= 0
                || count > BitmapEntry.MAX_BITMAPS
                || bytes <= 0
                || bytes > Math.min(BitmapEntry.MAX_DIRECTORY_BYTES, file.storage().size())
                || extension.get().directoryHost() <= 0) {
            throw new ImageException.Corrupt(
                    "%s: the bitmaps extension tells of %s bitmaps in %s bytes at 0x%x"
                            .formatted(
                                    file.name(),
                                    Integer.toUnsignedString(count),
                                    Long.toUnsignedString(bytes),
                                    extension.get().directoryHost()));
        }
        return BitmapEntry.decode(
                file.read(extension.get().directoryHost(), (int) bytes),
                count,
                geometry,
                image.header().size(),
                file.name());
    }

    /** The bits of a bitmap that is not in use. */
    DirtyBits load(BitmapEntry entry, long capacity) throws IOException {
        var bits = new DirtyBits(capacity, entry.granularityBits());
        var perCluster = (long) geometry.clusterSize() * Byte.SIZE;
        var table = L1Table.read(file, entry.tableHost(), entry.tableEntries());
        for (var index = 0; index < table.length; index++) {
            var host = entry.cluster(table[index], geometry, file.name());
            if (host != 0) {
                bits.put(index * perCluster, file.read(host, geometry.clusterSize()));
            } else if (table[index] == BitmapEntry.ALL_ONES) {
                bits.putOnes(index * perCluster, perCluster);
            }
        }
        return bits;
    }

    /**
     * Writes bits to clusters of their own, durable after the next barrier.
     *
     * @return the row for them, with the flags of {@code like}
     */
    BitmapEntry store(DirtyBits bits, BitmapEntry like, ClusterAllocator allocator)
            throws IOException {
        var bytes = BitmapEntry.bytes(bits.capacity(), like.granularityBits());
        var table = new long[Math.toIntExact(geometry.clusters(bytes))];
        var cluster = ByteBuffer.allocate(geometry.clusterSize());
        for (var index = 0; index < table.length; index++) {
            var first = (long) index * geometry.clusterSize() * Byte.SIZE;
            bits.get(first, cluster.clear());
            table[index] = storeCluster(cluster.flip(), allocator);
        }
        return new BitmapEntry(
                writeTable(L1Table.encode(table), allocator),
                table.length,
                like.flags(),
                like.granularityBits(),
                like.name());
    }

    private long storeCluster(ByteBuffer bits, ClusterAllocator allocator) throws IOException {
        if (isAll(bits, (byte) 0)) {
            return 0;
        }
        if (isAll(bits, (byte) -1)) {
            return BitmapEntry.ALL_ONES;
        }
        var host = allocator.allocateTable(1);
        file.write(bits, host);
        return host;
    }

    private static boolean isAll(ByteBuffer bytes, byte value) {
        var at = 0;
        while (at < bytes.limit() && bytes.get(at) == value) {
            at++;
        }
        return at == bytes.limit();
    }

    private long writeTable(ByteBuffer content, ClusterAllocator allocator) throws IOException {
        var clusters = geometry.clusters(content.limit());
        var host = allocator.allocateTable(clusters);
        var padded = ByteBuffer.allocate(Math.toIntExact(clusters << geometry.clusterBits()));
        file.write(padded.put(0, content, 0, content.limit()), host);
        return host;
    }

    /** Writes a directory, durable after the next barrier; where it is. */
    HeaderExtension.Bitmaps writeDirectory(List<BitmapEntry> rows, ClusterAllocator allocator)
            throws IOException {
        var content = BitmapEntry.encode(rows);
        return new HeaderExtension.Bitmaps(
                rows.size(), content.limit(), writeTable(content, allocator));
    }

    /** Writes the flags of a directory where it is. A crash may leave some of them as they were. */
    void writeFlags(HeaderExtension.Bitmaps extension, List<BitmapEntry> rows) throws IOException {
        file.write(BitmapEntry.encode(rows), extension.directoryHost());
        file.await(Barrier.BITMAP_FLAGS);
    }

    /** Makes the header name a directory and vouch for it, or name none; durably. */
    void name(Optional<HeaderExtension.Bitmaps> extension) throws IOException {
        var header = FirstCluster.read(file.storage());
        var others = header.getLong(Header.AUTOCLEAR_AT) & ~Header.AUTOCLEAR_BITMAPS;
        header.putLong(
                Header.AUTOCLEAR_AT,
                extension.isPresent() ? others | Header.AUTOCLEAR_BITMAPS : others);
        header.setExtension(HeaderExtension.BITMAPS, extension.map(BitmapStore::encode));
        header.write(file);
    }

    private static byte[] encode(HeaderExtension.Bitmaps extension) {
        return ByteBuffer.allocate(EXTENSION_BYTES)
                .putInt(extension.count())
                .putInt(0)
                .putLong(extension.directoryBytes())
                .putLong(extension.directoryHost())
                .array();
    }

    /** Gives up what a row names, which nothing on the disk does any more. */
    void free(BitmapEntry row, ImageTables tables) throws IOException {
        for (var entry : L1Table.read(file, row.tableHost(), row.tableEntries())) {
            var host = row.cluster(entry, geometry, file.name());
            if (host != 0) {
                tables.freed.drop(geometry.cluster(host), 1, tables.refcounts);
            }
        }
        var bytes = (long) row.tableEntries() * ClusterGeometry.TABLE_ENTRY_BYTES;
        free(row.tableHost(), bytes, tables);
    }

    void free(long host, long bytes, ImageTables tables) throws IOException {
        tables.freed.drop(geometry.cluster(host), geometry.clusters(bytes), tables.refcounts);
    }
}
