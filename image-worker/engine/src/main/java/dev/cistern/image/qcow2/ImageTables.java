package dev.cistern.image.qcow2;

import dev.cistern.image.qcow2.format.Header;
import java.io.IOException;

/**
 * All that is known in memory of an open image, and the lock that guards it. No guest data are read
 * or written under that lock.
 */
final class ImageTables {
    /** Memory for L2 tables; at clusters of 64 KiB it maps 192 GiB. */
    private static final int L2_CACHE_BYTES = 24 << 20;

    /** Memory for refcount blocks; at clusters of 64 KiB it counts 256 GiB. */
    private static final int REFCOUNT_CACHE_BYTES = 8 << 20;

    final ImageFile file;
    final MapLock mapLock = new MapLock();
    final InFlight inFlight = new InFlight();
    final TableCache l2Cache;
    final TableCache refcountCache;
    final L1Table l1;
    final Refcounts refcounts;
    final FreedClusters freed;
    final ClusterAllocator allocator;
    final L2Tables l2;
    final GuestMap map;
    final GuestData data;

    /** How guest data are encrypted, as the header has it. */
    final int cryptMethod;

    private volatile long capacity;

    private ImageTables(ImageFile file, Header header, CacheSize size, GuestData data)
            throws IOException {
        this.file = file;
        this.data = data;
        this.capacity = header.size();
        this.cryptMethod = header.cryptMethod();
        this.l2Cache =
                new TableCache(file.storage(), file.geometry().clusterSize(), size.l2Bytes());
        this.refcountCache =
                new TableCache(file.storage(), file.geometry().clusterSize(), size.refcountBytes());
        this.l1 = L1Table.load(file, header.l1Offset(), header.l1Entries());
        this.refcounts =
                Refcounts.load(
                        file,
                        refcountCache,
                        header.refcountTableOffset(),
                        header.refcountTableClusters());
        this.freed = new FreedClusters(file.geometry(), inFlight);
        this.allocator = new ClusterAllocator(file, refcounts, freed, file.storage().size());
        this.l2 = new L2Tables(file, l1, l2Cache, allocator, freed);
        this.map =
                new GuestMap(
                        file,
                        l2,
                        new DataClusters(file.geometry(), l2, allocator, freed, cryptMethod != 0));
    }

    /** How much memory the tables may take, bytes. */
    record CacheSize(int l2Bytes, int refcountBytes) {
        static final CacheSize USUAL = new CacheSize(L2_CACHE_BYTES, REFCOUNT_CACHE_BYTES);
    }

    static ImageTables load(ImageFile file, Header header, CacheSize size) throws IOException {
        return load(file, header, size, GuestData.within(file));
    }

    static ImageTables load(ImageFile file, Header header, CacheSize size, GuestData data)
            throws IOException {
        return new ImageTables(file, header, size, data);
    }

    long capacity() {
        return capacity;
    }

    void setCapacity(long bytes) {
        capacity = bytes;
    }
}
