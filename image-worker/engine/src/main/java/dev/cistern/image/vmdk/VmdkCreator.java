package dev.cistern.image.vmdk;

import dev.cistern.image.ImageException;
import dev.cistern.image.storage.Storage;
import dev.cistern.image.vmdk.Descriptor.Extent;
import dev.cistern.image.vmdk.VmdkOptions.Subformat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Lays new images out. */
public final class VmdkCreator {
    /** Of the extents of a split image, sectors; QEMU's figure. */
    static final long SPLIT_SECTORS = 4_194_304;

    private static final int SECTOR = SparseHeader.SECTOR;

    private VmdkCreator() {}

    /** The files of a new image, the one by which it is opened first. */
    public static List<String> fileNames(long capacity, VmdkOptions options, String name) {
        var sparse = isOneFile(options.subformat());
        return sparse
                ? List.of(name)
                : Stream.concat(
                                Stream.of(name),
                                extents(capacity, options, name).stream().map(Extent::file))
                        .toList();
    }

    private static boolean isOneFile(Subformat subformat) {
        return !subformat.flat() && !subformat.split();
    }

    /** What the descriptor says of the extents of a new image. */
    static List<Extent> extents(long capacity, VmdkOptions options, String name) {
        var names = ExtentNames.of(name);
        var flat = options.subformat().flat();
        var type = flat ? "FLAT" : "SPARSE";
        var sectors = capacity / SECTOR;
        if (!options.subformat().split()) {
            return List.of(new Extent("RW", sectors, type, flat ? names.flat() : name, 0));
        }
        var extents = new ArrayList<Extent>();
        for (var at = 0L; at < sectors; at += SPLIT_SECTORS) {
            extents.add(
                    new Extent(
                            "RW",
                            Math.min(SPLIT_SECTORS, sectors - at),
                            type,
                            names.split(flat, extents.size() + 1),
                            0));
        }
        return extents;
    }

    /**
     * Makes an image; see {@link dev.cistern.image.Images}.
     *
     * @throws ImageException.OutOfRange if the format cannot hold so much
     */
    public static void create(long capacity, VmdkOptions options, String name, NewFiles files)
            throws IOException {
        if (options.subformat() == Subformat.STREAM_OPTIMIZED) {
            throw new ImageException.Unsupported(
                    name + ": a streamOptimized image is written in one go, by a conversion");
        }
        requireName(name);
        requireFewExtents(capacity, options, name);
        var extents = extents(capacity, options, name);
        var descriptor = NewDescriptor.of(options, capacity, extents);
        if (isOneFile(options.subformat())) {
            var file = files.create(name);
            writeSparse(file, capacity, options.zeroedGrains());
            file.writeFully(embeddable(descriptor, name), SECTOR);
            file.sync();
            return;
        }
        for (var extent : extents) {
            write(files.create(extent.file()), extent, options);
        }
        var file = files.create(name);
        file.writeFully(ByteBuffer.wrap(descriptor.bytes()), 0);
        file.sync();
    }

    /**
     * Bytes that a new image takes besides what it stores of the guest's.
     *
     * @throws ImageException.OutOfRange if the format cannot hold so much
     */
    public static long overhead(long capacity, VmdkOptions options) throws ImageException {
        if (options.subformat() == Subformat.STREAM_OPTIMIZED) {
            return StreamOptimizedSink.overhead(capacity);
        }
        var bytes = 0L;
        for (var extent : extents(capacity, options, "image.vmdk")) {
            bytes +=
                    extent.flat()
                            ? 0
                            : SparseHeader.ofNew(
                                            extent.sectors() * SECTOR,
                                            options.zeroedGrains(),
                                            "image.vmdk")
                                    .overhead();
        }
        return bytes;
    }

    /** Refuses a name that cannot be written down in a descriptor. */
    public static void requireName(String name) throws ImageException.Unsupported {
        if (!VmdkOptions.isWritable(name)) {
            throw new ImageException.Unsupported(
                    name
                            + ": a vmdk image is not called so: its descriptor has no quotes and control characters in names");
        }
    }

    private static void requireFewExtents(long capacity, VmdkOptions options, String name)
            throws ImageException.OutOfRange {
        var most = Descriptor.MAX_EXTENTS * SPLIT_SECTORS * SECTOR;
        if (options.subformat().split() && capacity > most) {
            throw new ImageException.OutOfRange(
                    "%s: a split image has at most %d bytes; %d are too many"
                            .formatted(name, most, capacity));
        }
    }

    private static ByteBuffer embeddable(Descriptor descriptor, String name)
            throws ImageException.OutOfRange {
        var bytes = descriptor.bytes();
        if (bytes.length > SparseHeader.DESCRIPTOR_SECTORS * SECTOR) {
            throw new ImageException.OutOfRange(
                    "%s: its descriptor of %d bytes does not fit into the %d that there are for it"
                            .formatted(
                                    name, bytes.length, SparseHeader.DESCRIPTOR_SECTORS * SECTOR));
        }
        return ByteBuffer.wrap(bytes);
    }

    private static void write(Storage file, Extent extent, VmdkOptions options) throws IOException {
        var capacity = extent.sectors() * SECTOR;
        if (extent.flat()) {
            options.preallocation().apply(file, 0, capacity);
            file.truncate(capacity);
        } else {
            writeSparse(file, capacity, options.zeroedGrains());
        }
        file.sync();
    }

    /** An extent without content and without a descriptor; not synced. */
    static void writeSparse(Storage file, long capacity, boolean zeroedGrains) throws IOException {
        write(file, SparseHeader.ofNew(capacity, zeroedGrains, file.name()));
    }

    /** The same, as a header describes it. */
    static void write(Storage file, SparseHeader header) throws IOException {
        file.truncate(header.overhead());
        file.writeFully(header.encode(), 0);
        file.writeFully(header.directoryAt(header.redundantAt()), header.redundantAt());
        file.writeFully(header.directoryAt(header.directoryAt()), header.directoryAt());
    }
}
