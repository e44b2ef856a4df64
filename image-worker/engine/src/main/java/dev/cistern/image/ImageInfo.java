package dev.cistern.image;

import dev.cistern.image.storage.StorageCapabilities;
import java.util.List;
import java.util.Optional;

/**
 * What an image says of itself.
 *
 * @param capacity bytes that a guest sees
 * @param allocation bytes that the host spends, over all files of the image
 * @param backingFile the backing file's name, as the image has it
 * @param backingFormat its format, as the image has it
 * @param storage what is known by now of the file system that it is on
 */
public record ImageInfo(
        ImageFormat format,
        long capacity,
        long allocation,
        Optional<String> backingFile,
        Optional<String> backingFormat,
        Details details,
        Optional<StorageCapabilities> storage) {
    /** An image of whose file system nothing is known. */
    public ImageInfo(
            ImageFormat format,
            long capacity,
            long allocation,
            Optional<String> backingFile,
            Optional<String> backingFormat,
            Details details) {
        this(format, capacity, allocation, backingFile, backingFormat, details, Optional.empty());
    }

    /** The same on a file system. */
    public ImageInfo on(StorageCapabilities fileSystem) {
        return new ImageInfo(
                format,
                capacity,
                allocation,
                backingFile,
                backingFormat,
                details,
                Optional.of(fileSystem));
    }

    /** What only images of one format have. */
    public sealed interface Details {
        /** A raw image is its content. */
        record Raw() implements Details {}

        /**
         * A qcow2 image.
         *
         * @param version 2 or 3; QEMU calls them compat 0.10 and 1.1
         * @param clusterSize bytes
         * @param compressionType zlib or zstd
         * @param encrypted whether guest data is encrypted
         * @param dataFile the name of the file with the guest's data, as the image has it
         * @param rawDataFile whether that is a raw image of the same content
         * @param encryption how guest data is encrypted
         */
        record Qcow2(
                int version,
                int clusterSize,
                int refcountBits,
                boolean lazyRefcounts,
                boolean extendedL2,
                String compressionType,
                boolean dirty,
                boolean corrupt,
                boolean encrypted,
                int snapshots,
                Optional<String> dataFile,
                boolean rawDataFile,
                Optional<EncryptionInfo> encryption,
                List<BitmapInfo> bitmaps)
                implements Details {
            /** A copy of {@code bitmaps} is taken. */
            public Qcow2 {
                bitmaps = List.copyOf(bitmaps);
            }
        }

        /**
         * A vmdk image.
         *
         * @param createType the subformat, for example monolithicSparse
         * @param cid content id, changed with the first write after each opening
         * @param parentCid content id of the parent; 0xffffffff for none
         * @param extents the files with the data
         */
        record Vmdk(String createType, long cid, long parentCid, List<Extent> extents)
                implements Details {
            /** A copy of {@code extents} is taken. */
            public Vmdk {
                extents = List.copyOf(extents);
            }
        }

        /**
         * A run of a vmdk image's bytes.
         *
         * @param file its name, as the descriptor has it; empty for one that is the image's file
         * @param type SPARSE, FLAT or the like; empty for one that is the image's file
         * @param capacity bytes that a guest sees of it
         * @param grainSize bytes; 0 if it has none, or its file was not found in the folder
         */
        record Extent(String file, String type, long capacity, long grainSize) {}
    }
}
