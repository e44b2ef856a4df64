package dev.cistern.image.qcow2;

import dev.cistern.image.ContentSink;
import dev.cistern.image.ImageException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Fills an image with compressed clusters, beside other reads and writes. */
final class CompressedWriter {
    private final ImageTables tables;
    private final Structure structure;
    private final Qcow2Bitmaps bitmaps;
    private final GuestWriter writer;
    private final CompressedClusters clusters;

    CompressedWriter(
            ImageTables tables,
            Structure structure,
            Qcow2Bitmaps bitmaps,
            GuestWriter writer,
            CompressedClusters clusters) {
        this.tables = tables;
        this.structure = structure;
        this.bitmaps = bitmaps;
        this.writer = writer;
        this.clusters = clusters;
    }

    private void requirePossible() throws ImageException.Unsupported {
        if (tables.data.external()) {
            throw new ImageException.Unsupported(
                    tables.file.name()
                            + ": has its data in another file, and so cannot write compressed clusters");
        }
        if (tables.data.encrypted()) {
            throw new ImageException.Unsupported(
                    tables.file.name() + ": is encrypted, and so cannot have compressed clusters");
        }
    }

    /** Writes one cluster compressed, or as it is if that is no smaller. */
    void write(ByteBuffer from, long offset) throws IOException {
        requirePossible();
        var geometry = tables.file.geometry();
        if (geometry.inCluster(offset) != 0 || from.remaining() != clusterBytes(offset)) {
            throw new IllegalArgumentException(
                    "%d bytes at 0x%x are not one cluster".formatted(from.remaining(), offset));
        }
        var place = structure.beginChange();
        try {
            bitmaps.record(offset, from.remaining());
            writer.writeCompressed(from, offset);
        } finally {
            structure.end(place);
        }
    }

    private int clusterBytes(long offset) {
        var geometry = tables.file.geometry();
        return Math.clamp(tables.capacity() - offset, 0, geometry.clusterSize());
    }

    /** Writes what a cluster was compressed to. */
    private void writePacked(ByteBuffer packed, long offset) throws IOException {
        var place = structure.beginChange();
        try {
            bitmaps.record(offset, clusterBytes(offset));
            writer.writePacked(packed, offset);
        } finally {
            structure.end(place);
        }
    }

    /** A sink for whole images. */
    ContentSink sink(Qcow2Image image, boolean blank) throws ImageException.Unsupported {
        requirePossible();
        return new CompressingSink(image, clusters::packer, this::writePacked, blank);
    }
}
