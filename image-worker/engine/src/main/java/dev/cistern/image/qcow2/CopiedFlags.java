package dev.cistern.image.qcow2;

import dev.cistern.image.Findings;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.qcow2.format.L1Entry;
import dev.cistern.image.qcow2.format.L2Entry;
import java.io.IOException;

/**
 * The marks of what may be written in place: in the active tables, on what has a refcount of
 * exactly one.
 */
final class CopiedFlags {
    private final ImageFile file;
    private final ClusterGeometry geometry;
    private final Header header;
    private final Refcounts refcounts;

    private CopiedFlags(ImageFile file, Header header, Refcounts refcounts) {
        this.file = file;
        this.geometry = file.geometry();
        this.header = header;
        this.refcounts = refcounts;
    }

    /** Takes each entry with a wrong mark. */
    private interface Wrong {
        void entry(long at, long bits, long marked, boolean ofL1) throws IOException;
    }

    static void check(ImageFile file, Header header, Refcounts refcounts, Findings findings)
            throws IOException {
        var flags = new CopiedFlags(file, header, refcounts);
        flags.walk((at, bits, _, ofL1) -> flags.tell(findings, at, bits, ofL1));
    }

    private void tell(Findings findings, long at, long bits, boolean ofL1) throws IOException {
        if (ofL1) {
            findings.corruption(
                    "ERROR OFLAG_COPIED L2 cluster: l1_index=%d l1_entry=%x refcount=%d",
                    (at - header.l1Offset()) / ClusterGeometry.TABLE_ENTRY_BYTES,
                    bits,
                    refcount(L1Entry.table(bits)));
        } else {
            findings.corruption(
                    "ERROR OFLAG_COPIED data cluster: l2_entry=%x refcount=%d",
                    bits, refcount(L2Entry.host(bits)));
        }
    }

    /** Sets them right; durable after the next barrier. */
    static void repair(ImageFile file, Header header, Refcounts refcounts) throws IOException {
        new CopiedFlags(file, header, refcounts)
                .walk((at, _, marked, _) -> file.write(L1Table.encode(new long[] {marked}), at));
    }

    private void walk(Wrong wrong) throws IOException {
        var fileEnd = geometry.clusterEnd(file.storage().size());
        var walked = new LongIntMap();
        L1Table.forEach(
                file,
                header.l1Offset(),
                header.l1Entries(),
                (at, bits) -> {
                    var table = L1Entry.table(bits);
                    if (table == 0 || geometry.inCluster(table) != 0 || table >= fileEnd) {
                        return;
                    }
                    if (L1Entry.copied(bits) != isSingle(table)) {
                        wrong.entry(at, bits, bits ^ L1Entry.COPIED, true);
                    }
                    if (!walked.contains(table)
                            && file.storage().nextData(table) < table + geometry.clusterSize()) {
                        walked.put(table, 1);
                        walkL2(table, fileEnd, wrong);
                    }
                });
    }

    private void walkL2(long table, long fileEnd, Wrong wrong) throws IOException {
        var content = file.read(table, geometry.clusterSize());
        for (var at = 0; at < content.limit(); at += geometry.l2EntryBytes()) {
            var bits = content.getLong(at);
            var host = L2Entry.host(bits);
            if (L2Entry.compressed(bits)) {
                if (L2Entry.copied(bits)) {
                    wrong.entry(table + at, bits, bits ^ L2Entry.COPIED, false);
                }
            } else if (host != 0
                    && geometry.inCluster(host) == 0
                    && host < fileEnd
                    && !header.incompatible(Header.INCOMPATIBLE_DATA_FILE)
                    && L2Entry.copied(bits) != isSingle(host)) {
                wrong.entry(table + at, bits, bits ^ L2Entry.COPIED, false);
            }
        }
    }

    private boolean isSingle(long host) throws IOException {
        return refcount(host) == 1;
    }

    private long refcount(long host) throws IOException {
        return refcounts.get(geometry.cluster(host));
    }
}
