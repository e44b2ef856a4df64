package dev.cistern.image.qcow2;

import dev.cistern.image.ImageException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.ImageInfo;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Reads what a qcow2 image says of itself; its first cluster at most. */
public final class Qcow2Inspector {
    private static final int PROBE_BYTES = 8;

    private Qcow2Inspector() {}

    /** Whether the storage begins as a qcow2 image does. */
    public static boolean recognises(Storage storage) throws IOException {
        var bytes = first(storage, PROBE_BYTES);
        return bytes.remaining() == PROBE_BYTES
                && bytes.getInt(0) == Header.MAGIC
                && bytes.getInt(4) >= 2;
    }

    /**
     * What the image says.
     *
     * @param allocation bytes that the host spends on it
     * @throws ImageException if its header makes no sense or needs a feature that is not known
     */
    public static ImageInfo inspect(Storage storage, long allocation) throws IOException {
        var header = Header.decode(first(storage, Header.V3_LENGTH), storage.name());
        requireKnownFeatures(header, storage.name());
        var cluster = first(storage, header.clusterSize());
        var extensions =
                Extensions.decode(
                        extensionBytes(header, cluster, storage.name()),
                        header.headerLength(),
                        storage.name());
        return new ImageInfo(
                ImageFormat.QCOW2,
                header.size(),
                allocation,
                backingFile(header, cluster, storage.name()),
                header.backingOffset() == 0 ? Optional.empty() : extensions.backingFormat(),
                details(header, extensions));
    }

    private static ByteBuffer first(Storage storage, int length) throws IOException {
        var bytes = ByteBuffer.allocate(length);
        var count = storage.read(bytes, 0);
        while (count > 0 && bytes.hasRemaining()) {
            count = storage.read(bytes, bytes.position());
        }
        return bytes.flip();
    }

    private static void requireKnownFeatures(Header header, String name)
            throws ImageException.Unsupported {
        for (var bit = 0; bit < Long.SIZE; bit++) {
            var wanted = bit;
            if (header.incompatible(1L << bit)
                    && Feature.KNOWN.stream()
                            .noneMatch(known -> known.kind() == 0 && known.bit() == wanted)) {
                throw new ImageException.Unsupported(
                        "%s: needs the incompatible feature of bit %d, which is not known"
                                .formatted(name, bit));
            }
        }
        if (header.compressionType() < 0 || header.compressionType() > 1) {
            throw new ImageException.Unsupported(
                    "%s: compression_type at 0x68 is %d; known are 0 (zlib) and 1 (zstd)"
                            .formatted(name, header.compressionType()));
        }
    }

    private static ByteBuffer extensionBytes(Header header, ByteBuffer cluster, String name)
            throws ImageException.Corrupt {
        var end =
                header.backingOffset() == 0
                        ? cluster.limit()
                        : (int) Math.min(header.backingOffset(), cluster.limit());
        if (header.headerLength() > end) {
            throw new ImageException.Corrupt(
                    "%s: the header's %d bytes go beyond 0x%x"
                            .formatted(name, header.headerLength(), end));
        }
        return cluster.slice(header.headerLength(), end - header.headerLength());
    }

    private static Optional<String> backingFile(Header header, ByteBuffer cluster, String name)
            throws ImageException.Corrupt {
        if (header.backingOffset() == 0) {
            return Optional.empty();
        }
        if (header.backingOffset() + header.backingLength() > cluster.limit()) {
            throw new ImageException.Corrupt(
                    "%s: ends at 0x%x, inside the name of its backing file"
                            .formatted(name, cluster.limit()));
        }
        return Optional.of(
                Extensions.text(
                        cluster.slice((int) header.backingOffset(), header.backingLength())));
    }

    private static ImageInfo.Details.Qcow2 details(Header header, Extensions extensions) {
        return new ImageInfo.Details.Qcow2(
                header.version(),
                header.clusterSize(),
                1 << header.refcountOrder(),
                (header.compatible() & Header.COMPATIBLE_LAZY_REFCOUNTS) != 0,
                header.incompatible(Header.INCOMPATIBLE_EXTENDED_L2),
                header.compressionType() == 0 ? "zlib" : "zstd",
                header.incompatible(Header.INCOMPATIBLE_DIRTY),
                header.incompatible(Header.INCOMPATIBLE_CORRUPT),
                header.cryptMethod() != 0,
                header.snapshots(),
                extensions.dataFile());
    }
}
