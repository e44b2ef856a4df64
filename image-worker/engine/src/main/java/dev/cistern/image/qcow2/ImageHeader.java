package dev.cistern.image.qcow2;

import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.format.Feature;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.qcow2.format.HeaderExtension;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * The first cluster of an image.
 *
 * @param backingFile name of the image below, as written
 */
record ImageHeader(Header header, Optional<String> backingFile, List<HeaderExtension> extensions) {
    /** Bytes in which what is of interest of the first cluster nearly always is. */
    private static final int BEGINNING = 4096;

    /**
     * Reads it.
     *
     * @throws ImageException if it makes no sense or needs a feature that is not known
     */
    static ImageHeader read(Storage storage) throws IOException {
        var name = storage.name();
        var beginning = first(storage, BEGINNING);
        var header =
                Header.decode(
                        beginning.slice(0, Math.min(Header.V3_LENGTH, beginning.limit())), name);
        requireKnownFeatures(header, name);
        var cluster = firstCluster(header, beginning, storage);
        return new ImageHeader(
                header,
                backingFile(header, cluster, name),
                HeaderExtension.decode(
                        extensionBytes(header, cluster, name), header.headerLength(), name));
    }

    /** So much of it, and no less, as has the extensions and the backing file's name. */
    private static ByteBuffer firstCluster(Header header, ByteBuffer beginning, Storage storage)
            throws IOException {
        var within = beginning.slice(0, Math.min(header.clusterSize(), beginning.limit()));
        return beginning.limit() < BEGINNING || hasAll(header, within)
                ? within
                : first(storage, header.clusterSize());
    }

    private static boolean hasAll(Header header, ByteBuffer beginning) {
        return header.backingOffset() != 0
                ? header.backingOffset() <= beginning.limit() - header.backingLength()
                : header.headerLength() <= beginning.limit()
                        && HeaderExtension.endIn(
                                beginning.slice(
                                        header.headerLength(),
                                        beginning.limit() - header.headerLength()));
    }

    /** Up to so many bytes from the beginning of the image. */
    static ByteBuffer first(Storage storage, int length) throws IOException {
        var bytes = ByteBuffer.allocate(length);
        storage.readUpTo(bytes, 0);
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
                HeaderExtension.text(
                        cluster.slice((int) header.backingOffset(), header.backingLength())));
    }

    /** The format of the backing file, if the image names one. */
    Optional<String> backingFormat() {
        return backingFile.isEmpty()
                ? Optional.empty()
                : extensions.stream()
                        .filter(HeaderExtension.BackingFormat.class::isInstance)
                        .map(extension -> ((HeaderExtension.BackingFormat) extension).format())
                        .findFirst();
    }

    /** The file with the guest's data, if it is not the image's own. */
    Optional<String> dataFile() {
        return extensions.stream()
                .filter(HeaderExtension.DataFile.class::isInstance)
                .map(extension -> ((HeaderExtension.DataFile) extension).name())
                .findFirst();
    }

    /** Whether that file is to be a raw image of the same content at any time. */
    boolean hasRawDataFile() {
        return header.incompatible(Header.INCOMPATIBLE_DATA_FILE)
                && (header.autoclear() & Header.AUTOCLEAR_RAW_DATA_FILE) != 0;
    }

    /** Where the persistent bitmaps are, if there are any that are as the image is. */
    Optional<HeaderExtension.Bitmaps> bitmaps() {
        return (header.autoclear() & Header.AUTOCLEAR_BITMAPS) == 0
                ? Optional.empty()
                : extensions.stream()
                        .filter(HeaderExtension.Bitmaps.class::isInstance)
                        .map(HeaderExtension.Bitmaps.class::cast)
                        .findFirst();
    }
}
