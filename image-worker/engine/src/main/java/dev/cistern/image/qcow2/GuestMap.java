package dev.cistern.image.qcow2;

import static dev.cistern.image.qcow2.format.L2Entry.State.DATA;

import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.L2Entry;
import dev.cistern.image.storage.RangeLocks;
import java.io.IOException;

/**
 * What guest offsets are mapped to, and how that changes. Guarded by the map lock; who changes the
 * mapping of clusters holds their {@link RangeLocks} besides.
 */
final class GuestMap {
    private final ImageFile file;
    private final ClusterGeometry geometry;
    private final L2Tables tables;
    private final DataClusters clusters;

    GuestMap(ImageFile file, L2Tables tables, DataClusters clusters) {
        this.file = file;
        this.geometry = file.geometry();
        this.tables = tables;
        this.clusters = clusters;
    }

    /** The longest run from {@code guest} on, of at most {@code length} bytes, of one kind. */
    ClusterMapping find(long guest, long length) throws IOException {
        var end = Math.min(guest + length, tableEnd(guest));
        var table = tables.table(guest);
        if (table == 0) {
            return new ClusterMapping.Unallocated(end - guest);
        }
        var index = geometry.l2Index(guest);
        var bits = tables.bits(table, index);
        var state = state(table, guest);
        if (state == L2Entry.State.COMPRESSED) {
            return new ClusterMapping.Compressed(
                    Math.min(end, geometry.clusterStart(guest) + geometry.clusterSize()) - guest,
                    bits,
                    (int) geometry.inCluster(guest));
        }
        var host = host(bits, guest);
        if (state == DATA && !clusters.mayHold(bits, guest)) {
            throw contradiction(table, guest, bits);
        }
        var exclusive = L2Entry.copied(bits);
        var at = nextSubcluster(guest);
        while (at < end
                && continues(table, at, state, host == 0 ? 0 : host + at - guest, exclusive)) {
            at = nextSubcluster(at);
        }
        return mapping(state, Math.min(at, end) - guest, host, exclusive);
    }

    private static ClusterMapping mapping(
            L2Entry.State state, long length, long host, boolean exclusive) {
        return switch (state) {
            case UNALLOCATED -> new ClusterMapping.Unallocated(length);
            case ZERO -> new ClusterMapping.Zero(length, host);
            case DATA -> new ClusterMapping.Data(length, host, exclusive);
            case COMPRESSED, INVALID -> throw new IllegalStateException(state.toString());
        };
    }

    private boolean continues(
            long table, long guest, L2Entry.State state, long host, boolean exclusive)
            throws IOException {
        if (state(table, guest) != state) {
            return false;
        }
        var bits = tables.bits(table, geometry.l2Index(guest));
        return switch (state) {
            case UNALLOCATED -> true;
            case ZERO -> host(bits, guest) == host;
            case DATA -> host(bits, guest) == host && L2Entry.copied(bits) == exclusive;
            case COMPRESSED, INVALID -> false;
        };
    }

    private L2Entry.State state(long table, long guest) throws IOException {
        var index = geometry.l2Index(guest);
        var bits = tables.bits(table, index);
        var state =
                L2Entry.state(
                        bits, tables.bitmap(table, index), geometry.subcluster(guest), geometry);
        if (state == L2Entry.State.INVALID
                || (state == L2Entry.State.COMPRESSED && geometry.external())
                || (state == DATA && geometry.inCluster(L2Entry.host(bits)) != 0)) {
            throw contradiction(table, guest, bits);
        }
        return state;
    }

    private ImageException.Corrupt contradiction(long table, long guest, long bits) {
        return new ImageException.Corrupt(
                "%s: the L2 entry for the guest's 0x%x, at 0x%x, is 0x%x, which contradicts itself"
                        .formatted(
                                file.name(),
                                guest,
                                table + (long) geometry.l2Index(guest) * geometry.l2EntryBytes(),
                                bits));
    }

    private long host(long bits, long guest) {
        return L2Entry.hasHost(bits, geometry) ? L2Entry.host(bits) + geometry.inCluster(guest) : 0;
    }

    private long nextSubcluster(long guest) {
        return (guest & -(long) geometry.subclusterSize()) + geometry.subclusterSize();
    }

    private long subclusterStart(long guest) {
        return guest & -(long) geometry.subclusterSize();
    }

    private long tableEnd(long guest) {
        return (guest & -geometry.l2Coverage()) + geometry.l2Coverage();
    }

    /**
     * Sets space aside for a write. The caller stores the region and then calls {@link #link}, or
     * {@link #abandon} if it could not.
     */
    WritePlan plan(long guest, long length) throws IOException {
        var table = tables.forWriting(guest);
        var end = Math.min(guest + length, tableEnd(guest));
        var bits = soundBits(table, guest);
        if (isOwn(bits)) {
            return planInPlace(table, bits, guest, Math.min(end, nextCluster(guest)));
        }
        var wanted = 1L;
        for (var at = nextCluster(guest);
                at < end && !isOwn(soundBits(table, at));
                at = nextCluster(at)) {
            wanted++;
        }
        var run = clusters.allocate(guest, wanted);
        var planned =
                Math.min(end, geometry.clusterStart(guest) + run.count() * geometry.clusterSize());
        return new WritePlan(
                run.host(),
                run.count(),
                run.blank(),
                guest,
                planned - guest,
                carriesOver(table, guest) ? geometry.clusterStart(guest) : subclusterStart(guest),
                carriesOver(table, planned - 1)
                        ? nextCluster(planned - 1)
                        : nextSubcluster(planned - 1));
    }

    private WritePlan planInPlace(long table, long bits, long guest, long end) throws IOException {
        return new WritePlan(
                L2Entry.host(bits),
                0,
                false,
                guest,
                end - guest,
                state(table, guest) == DATA ? guest : subclusterStart(guest),
                state(table, end - 1) == DATA ? end : nextSubcluster(end - 1));
    }

    /** The entry for a guest offset, if it can be followed. */
    private long soundBits(long table, long guest) throws IOException {
        state(table, guest);
        var bits = tables.bits(table, geometry.l2Index(guest));
        if (!clusters.mayHold(bits, guest)) {
            throw contradiction(table, guest, bits);
        }
        return bits;
    }

    private boolean isOwn(long bits) {
        return L2Entry.hasHost(bits, geometry) && L2Entry.copied(bits);
    }

    /** Whether what the cluster has stored elsewhere must come along to a new cluster. */
    private boolean carriesOver(long table, long guest) throws IOException {
        var index = geometry.l2Index(guest);
        return !geometry.extendedL2()
                || L2Entry.compressed(tables.bits(table, index))
                || (tables.bitmap(table, index) & L2Entry.ALL_STORED) != 0;
    }

    private long nextCluster(long guest) {
        return geometry.clusterStart(guest) + geometry.clusterSize();
    }

    /** The region of a plan is stored: maps the guest's bytes to it. */
    void link(WritePlan plan) throws IOException {
        var table = tables.forWriting(plan.guest());
        var host = plan.host();
        for (var guest = geometry.clusterStart(plan.guest());
                guest < plan.regionEnd();
                guest += geometry.clusterSize()) {
            var index = geometry.l2Index(guest);
            var old = tables.bits(table, index);
            var bitmap = tables.bitmap(table, index);
            if (geometry.extendedL2()) {
                var first = geometry.subcluster(Math.max(guest, plan.regionStart()));
                var last = geometry.subcluster(Math.min(nextCluster(guest), plan.regionEnd()) - 1);
                var stored = L2Entry.stored(first, last - first + 1);
                bitmap = (bitmap & ~L2Entry.zero(first, last - first + 1)) | stored;
            }
            tables.set(table, index, host | L2Entry.COPIED, bitmap);
            if (plan.newClusters() > 0) {
                clusters.free(old);
            }
            host += geometry.clusterSize();
        }
    }

    /** The region of a plan could not be stored. */
    void abandon(WritePlan plan) throws IOException {
        if (plan.newClusters() > 0) {
            clusters.giveBack(plan.host(), plan.newClusters());
        }
    }

    /** Maps a whole cluster to compressed bytes. */
    void linkCompressed(long guest, long host, int length) throws IOException {
        var entry = L2Entry.compressedEntry(host, length, geometry);
        var table = tables.forWriting(guest);
        var index = geometry.l2Index(guest);
        var old = soundBits(table, guest);
        tables.set(table, index, entry, 0);
        clusters.free(old);
    }

    /**
     * Makes whole subclusters of one cluster read as zeroes.
     *
     * @param keep whether space that is set aside for the cluster stays so
     * @param bare whether nothing lies below, so that an unallocated cluster reads as zeroes
     * @return false if zeroes have to be stored
     */
    boolean zero(long guest, long end, boolean keep, boolean bare) throws IOException {
        if (tables.table(guest) == 0 && bare) {
            return true;
        }
        var whole = end - guest == geometry.clusterSize();
        if (!geometry.zeroFlag()) {
            return bare && whole && !keep && forget(guest);
        }
        var table = tables.forWriting(guest);
        var index = geometry.l2Index(guest);
        var old = soundBits(table, guest);
        if (!whole) {
            return zeroSubclusters(table, index, guest, end);
        }
        if (old != 0 || tables.bitmap(table, index) != 0 || !bare) {
            var stays = keep && isOwn(old);
            var host = stays ? L2Entry.host(old) | L2Entry.COPIED : 0;
            var bits = geometry.extendedL2() ? host : host | L2Entry.ZERO;
            if (bits != old || tables.bitmap(table, index) != zeroBitmap()) {
                tables.set(table, index, bits, zeroBitmap());
                if (!stays) {
                    clusters.free(old);
                }
            }
        }
        return true;
    }

    /**
     * The end of a range without an L2 table, which needs no zeroing; {@code guest} if it has one.
     */
    long endOfNothing(long guest) throws IOException {
        return tables.table(guest) == 0 ? tableEnd(guest) : guest;
    }

    private long zeroBitmap() {
        return geometry.extendedL2() ? L2Entry.ALL_ZERO : 0;
    }

    /** Nothing is said of the cluster any more. */
    private boolean forget(long guest) throws IOException {
        var table = tables.forWriting(guest);
        var old = soundBits(table, guest);
        tables.set(table, geometry.l2Index(guest), 0, 0);
        clusters.free(old);
        return true;
    }

    private boolean zeroSubclusters(long table, int index, long guest, long end)
            throws IOException {
        var bits = tables.bits(table, index);
        if (L2Entry.compressed(bits)) {
            return false;
        }
        var first = geometry.subcluster(guest);
        var count = geometry.subcluster(end - 1) - first + 1;
        var bitmap =
                (tables.bitmap(table, index) & ~L2Entry.stored(first, count))
                        | L2Entry.zero(first, count);
        tables.set(table, index, bits, bitmap);
        return true;
    }

    /** Forgets all that is said below an L1 entry, its L2 table included. */
    void forgetTable(int index) throws IOException {
        var table = tables.tableAt(index);
        for (var entry = 0; table != 0 && entry < geometry.l2Entries(); entry++) {
            clusters.free(tables.bits(table, entry));
        }
        if (table != 0) {
            tables.drop(index);
        }
    }

    /** Forgets what is stored for a whole cluster that is not within the capacity. */
    void cutOff(long guest) throws IOException {
        var table = tables.table(guest);
        if (table != 0
                && (tables.bits(table, geometry.l2Index(guest)) != 0
                        || tables.bitmap(table, geometry.l2Index(guest)) != 0)) {
            forget(guest);
        }
    }
}
