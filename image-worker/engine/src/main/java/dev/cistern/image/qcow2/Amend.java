package dev.cistern.image.qcow2;

import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.storage.Zeroes;
import java.io.IOException;

/**
 * Carries out an {@link Amendment} on an image that nobody else uses meanwhile:
 *
 * <pre>
 *   to version 3   snapshots know their capacity, which version 2 allows too
 *   to version 2   no entry says "zero": forgotten where nothing lies below, else stored
 *   all of that durable
 *       the header ({@link FirstCluster})
 * </pre>
 *
 * <p>Until the header is written the image is of the version that it was, and reads the same.
 */
final class Amend {
    private static final int V2 = 2;
    private static final int V2_REFCOUNT_BITS = 16;

    private final ImageTables tables;
    private final ClusterGeometry geometry;
    private final GuestContent content;
    private final GuestWriter writer;
    private final WriteOrder order;
    private final Snapshots snapshots;
    private final Header header;

    Amend(
            ImageTables tables,
            GuestContent content,
            GuestWriter writer,
            WriteOrder order,
            Snapshots snapshots)
            throws IOException {
        this.tables = tables;
        this.geometry = tables.file.geometry();
        this.content = content;
        this.writer = writer;
        this.order = order;
        this.snapshots = snapshots;
        this.header = ImageHeader.read(tables.file.storage()).header();
    }

    /**
     * Refuses what cannot be.
     *
     * @throws ImageException.Unsupported saying what stands in the way; nothing is changed then
     */
    void requirePossible(Amendment amendment, boolean bitmaps) throws IOException {
        var wanted = amendment.version().orElse(header.version());
        require(
                wanted > V2 || !amendment.lazyRefcounts().orElse(false),
                "lazy refcounts need version 3");
        if (wanted < header.version()) {
            require(
                    1 << header.refcountOrder() == V2_REFCOUNT_BITS,
                    "version 2 requires refcounts of 16 bits, not %d"
                            .formatted(1 << header.refcountOrder()));
            require(!tables.data.external(), "version 2 cannot have its data in another file");
            require(
                    (header.incompatible() & ~Header.INCOMPATIBLE_DIRTY) == 0,
                    "has features that version 2 does not");
            require(!bitmaps, "has bitmaps, which version 2 cannot; remove them before");
            snapshots.requireFitForVersion2();
        }
    }

    private void require(boolean holds, String otherwise) throws ImageException.Unsupported {
        if (!holds) {
            throw new ImageException.Unsupported(tables.file.name() + ": " + otherwise);
        }
    }

    /** Does it, durably. */
    void run(Amendment amendment) throws IOException {
        var wanted = amendment.version().orElse(header.version());
        if (wanted > header.version()) {
            snapshots.tellCapacities();
        } else if (wanted < header.version()) {
            forgoZeroes();
        }
        order.settle();
        var first = FirstCluster.read(tables.file.storage());
        if (wanted > header.version()) {
            first.upgrade();
        }
        if (amendment.lazyRefcounts().isPresent() && wanted > V2) {
            var others = first.getLong(Header.COMPATIBLE_AT) & ~Header.COMPATIBLE_LAZY_REFCOUNTS;
            first.putLong(
                    Header.COMPATIBLE_AT,
                    amendment.lazyRefcounts().get()
                            ? others | Header.COMPATIBLE_LAZY_REFCOUNTS
                            : others);
        }
        if (wanted < header.version()) {
            first.downgrade();
        }
        first.write(tables.file);
    }

    private void forgoZeroes() throws IOException {
        var cluster = (long) geometry.clusterSize();
        for (var at = 0L; at < tables.capacity(); ) {
            var mapping = content.find(at, tables.capacity() - at);
            var end = at + mapping.length();
            if (mapping instanceof ClusterMapping.Zero) {
                for (; at < end; at += cluster) {
                    forgoZero(at);
                }
            }
            at = geometry.clusterEnd(end);
        }
    }

    private void forgoZero(long guest) throws IOException {
        order.relieve();
        if (content.bare(guest)) {
            try (var _ = tables.mapLock.take()) {
                tables.map.cutOff(guest);
                order.linked();
            }
            return;
        }
        var end = Math.min(tables.capacity(), guest + geometry.clusterSize());
        for (var at = guest; at < end; ) {
            var zeroes = Zeroes.atMost(end - at);
            var count = zeroes.remaining();
            writer.write(zeroes, at);
            at += count;
        }
    }
}
