package dev.cistern.image.qcow2;

import dev.cistern.image.Scratch;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Stores what a write leaves in clusters that it covers in part: the guest's bytes, and before and
 * after them what was to be read there until then.
 */
final class CopyOnWrite {
    /** Regions up to this size are put together and written at once, bytes. */
    private static final int MERGED_BYTES = 256 * 1024;

    private static final Scratch SCRATCH = new Scratch();

    private final GuestData data;
    private final ClusterGeometry geometry;
    private final GuestContent content;

    CopyOnWrite(GuestData data, ClusterGeometry geometry, GuestContent content) {
        this.data = data;
        this.geometry = geometry;
        this.content = content;
    }

    /** Stores the whole region of a plan, whose clusters are not mapped to it yet. */
    void store(WritePlan plan, ByteBuffer from) throws IOException {
        var end = plan.guest() + plan.length();
        var regionStart =
                needless(plan, plan.regionStart(), plan.guest())
                        ? plan.guest()
                        : plan.regionStart();
        var regionEnd = needless(plan, end, plan.regionEnd()) ? end : plan.regionEnd();
        if (regionStart == plan.guest() && regionEnd == end) {
            data.write(from, host(plan, plan.guest()), plan.guest());
        } else if (regionEnd - regionStart <= MERGED_BYTES) {
            storeMerged(plan, from, regionStart, regionEnd);
        } else {
            copy(plan, regionStart, plan.guest());
            data.write(from, host(plan, plan.guest()), plan.guest());
            copy(plan, end, regionEnd);
        }
    }

    /** Whether a part need not be copied: it is zero, and so is what it would be written to. */
    private boolean needless(WritePlan plan, long start, long end) throws IOException {
        return start == end || (plan.blank() && content.readsZero(start, end - start));
    }

    private void storeMerged(WritePlan plan, ByteBuffer from, long regionStart, long regionEnd)
            throws IOException {
        var merged = SCRATCH.of((int) (regionEnd - regionStart));
        content.read(merged.limit((int) (plan.guest() - regionStart)), regionStart);
        merged.limit(merged.capacity()).put(from);
        content.read(merged.limit((int) (regionEnd - regionStart)), plan.guest() + plan.length());
        data.write(merged.flip(), host(plan, regionStart), regionStart);
    }

    private void copy(WritePlan plan, long start, long end) throws IOException {
        for (var at = start; at < end; at += MERGED_BYTES) {
            var part = SCRATCH.of((int) Math.min(MERGED_BYTES, end - at));
            content.read(part, at);
            data.write(part.flip(), host(plan, at), at);
        }
    }

    private long host(WritePlan plan, long guest) {
        return plan.host() + guest - geometry.clusterStart(plan.guest());
    }
}
