package dev.cistern.image.qcow2;

import dev.cistern.image.BitmapInfo;
import dev.cistern.image.EncryptionInfo;
import dev.cistern.image.ImageException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.ImageInfo;
import dev.cistern.image.SnapshotInfo;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Reads what a qcow2 image says of itself; its first cluster, its LUKS header and the directory of
 * its bitmaps at most.
 */
public final class Qcow2Inspector {
    private static final int PROBE_BYTES = 8;

    private Qcow2Inspector() {}

    /** Whether the storage begins as a qcow2 image does. */
    public static boolean recognises(Storage storage) throws IOException {
        var bytes = ImageHeader.first(storage, PROBE_BYTES);
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
        var image = ImageHeader.read(storage);
        return new ImageInfo(
                ImageFormat.QCOW2,
                image.header().size(),
                allocation,
                image.backingFile(),
                image.backingFormat(),
                details(image, Encryption.inspect(storage, image), bitmaps(image, storage)));
    }

    /** The snapshots inside an image, oldest first. */
    public static List<SnapshotInfo> snapshots(Storage storage) throws IOException {
        var header = ImageHeader.read(storage).header();
        var file = new ImageFile(storage, ClusterGeometry.of(header));
        return SnapshotTable.read(file, header).stream()
                .map(entry -> Snapshots.info(entry, header.size()))
                .toList();
    }

    private static ImageInfo.Details.Qcow2 details(
            ImageHeader image, Optional<EncryptionInfo> encryption, List<BitmapInfo> bitmaps) {
        var header = image.header();
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
                image.dataFile(),
                image.hasRawDataFile(),
                encryption,
                bitmaps);
    }

    private static List<BitmapInfo> bitmaps(ImageHeader image, Storage storage) throws IOException {
        var file = new ImageFile(storage, ClusterGeometry.of(image.header()));
        return new BitmapStore(file)
                .directory(image).stream()
                        .map(
                                row ->
                                        new BitmapInfo(
                                                row.name(),
                                                row.granularity(),
                                                row.auto(),
                                                row.inUse()))
                        .toList();
    }
}
