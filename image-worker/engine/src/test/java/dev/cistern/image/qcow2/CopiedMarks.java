package dev.cistern.image.qcow2;

import dev.cistern.image.Findings;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.L1Entry;
import dev.cistern.image.qcow2.format.L2Entry;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Optional;

/** What is marked copied in an image must have one reference. */
final class CopiedMarks {
    private CopiedMarks() {}

    /**
     * A mark that is wrong.
     *
     * @param strict whether the counts on the disk must say so too
     */
    static Optional<String> firstWrong(Storage left, boolean strict) throws IOException {
        var header = ImageHeader.read(left);
        var file = new ImageFile(left, ClusterGeometry.of(header.header()));
        var references = ReferenceCensus.take(file, header, new Findings()).counts();
        var tables = ImageTables.load(file, header.header(), ImageTables.CacheSize.USUAL);
        var geometry = file.geometry();
        if (geometry.external()) {
            return Optional.empty();
        }
        for (var index = 0; index < tables.l1.length(); index++) {
            var table = tables.l1.table(index);
            if (table == 0) {
                continue;
            }
            var marked = new ArrayList<Long>();
            if (L1Entry.copied(tables.l1.entry(index))) {
                marked.add(table);
            }
            for (var entry = 0; entry < geometry.l2Entries(); entry++) {
                var bits = tables.l2.bits(table, entry);
                if (L2Entry.copied(bits)) {
                    marked.add(L2Entry.host(bits));
                }
            }
            for (var host : marked) {
                var cluster = geometry.cluster(host);
                if (references.get(cluster) != 1
                        || (strict && tables.refcounts.get(cluster) != 1)) {
                    return Optional.of(
                            "marked copied: 0x%x with %d references, refcount %d"
                                    .formatted(
                                            host,
                                            references.get(cluster),
                                            tables.refcounts.get(cluster)));
                }
            }
        }
        return Optional.empty();
    }
}
