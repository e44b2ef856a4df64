package dev.cistern.image.qcow2;

import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.HeaderExtension;
import dev.cistern.image.qcow2.format.L1Entry;
import java.io.IOException;

/**
 * Where an image has its own structures: each must be in the file and none over another, or the
 * first write would destroy what an earlier mistake has left. What is looked at is in memory when
 * an image is open; the rest is for a check.
 */
final class OwnPlaces {
    private static final String[] KINDS = {
        "header",
        "L1 table",
        "refcount table",
        "snapshot table",
        "encryption header",
        "refcount block"
    };
    private static final int HEADER = 0;
    private static final int L1_TABLE = 1;
    private static final int REFCOUNT_TABLE = 2;
    private static final int SNAPSHOT_TABLE = 3;
    private static final int ENCRYPTION_HEADER = 4;
    private static final int REFCOUNT_BLOCK = 5;

    private final ImageFile file;
    private final ClusterGeometry geometry;
    private final long fileEnd;

    /** The kind of what is in a cluster. */
    private final LongIntMap taken = new LongIntMap();

    private OwnPlaces(ImageFile file) throws IOException {
        this.file = file;
        this.geometry = file.geometry();
        this.fileEnd = geometry.clusterEnd(file.storage().size());
    }

    /**
     * Judges an image that is to be written to.
     *
     * @throws ImageException.Corrupt if something is beyond the end of the file or over something
     *     else
     */
    static void requireSound(ImageTables tables, ImageHeader image) throws IOException {
        var places = new OwnPlaces(tables.file);
        var header = image.header();
        places.take(0, header.clusterSize(), HEADER);
        places.take(header.l1Offset(), tables.l1.bytes(), L1_TABLE);
        places.take(header.refcountTableOffset(), tables.refcounts.tableBytes(), REFCOUNT_TABLE);
        if (header.snapshots() > 0) {
            places.take(header.snapshotsOffset(), 1, SNAPSHOT_TABLE);
        }
        for (var extension : image.extensions()) {
            if (extension instanceof HeaderExtension.EncryptionHeader(var host, var length)
                    && header.cryptMethod() == Encryption.LUKS) {
                places.take(host, length, ENCRYPTION_HEADER);
            }
        }
        for (var block : tables.refcounts.blocks()) {
            places.take(block, header.clusterSize(), REFCOUNT_BLOCK);
        }
        places.requireFree(tables.l1);
    }

    private void take(long host, long bytes, int kind) throws ImageException.Corrupt {
        if (bytes > 0 && (bytes > fileEnd || host > fileEnd - bytes)) {
            throw new ImageException.Corrupt(
                    "%s: the %s, 0x%x bytes at 0x%x, goes beyond the end of the file at 0x%x"
                            .formatted(file.name(), KINDS[kind], bytes, host, fileEnd));
        }
        for (var at = host; at < host + bytes; at += geometry.clusterSize()) {
            requireFree(at, KINDS[kind]);
            taken.put(geometry.cluster(at), kind);
        }
    }

    private void requireFree(long host, String what) throws ImageException.Corrupt {
        var other = taken.get(geometry.cluster(host));
        if (other != LongIntMap.ABSENT) {
            throw new ImageException.Corrupt(
                    "%s: the %s at 0x%x lies over %s; each must have clusters of its own, so check and repair the image before writing to it"
                            .formatted(
                                    file.name(),
                                    what,
                                    host,
                                    KINDS[other].equals(what)
                                            ? "another"
                                            : "the image's " + KINDS[other]));
        }
    }

    private void requireFree(L1Table l1) throws ImageException.Corrupt {
        for (var index = 0; index < l1.length(); index++) {
            var table = L1Entry.table(l1.entry(index));
            if (table != 0) {
                requireFree(table, "L2 table");
            }
        }
    }
}
