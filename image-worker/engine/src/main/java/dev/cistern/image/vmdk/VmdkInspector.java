package dev.cistern.image.vmdk;

import dev.cistern.image.ImageException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.ImageInfo;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads what a vmdk image says of itself: its sparse header and its descriptor. */
public final class VmdkInspector {
    private static final int SECTOR = 512;

    /** {@code KDMV}, of a hosted sparse extent, little-endian ("Hosted sparse extents"). */
    private static final int SPARSE_MAGIC = 0x564d444b;

    /** {@code COWD}, of an ESX sparse extent, little-endian ("ESX Server sparse extents"). */
    private static final int COWD_MAGIC = 0x44574f43;

    private static final int SPARSE_HEADER_BYTES = 512;
    private static final int CAPACITY_OFFSET = 12;
    private static final int GRAIN_OFFSET = 20;
    private static final int ESX_CAPACITY_OFFSET = 12;
    private static final int PROBE_BYTES = 4096;

    private VmdkInspector() {}

    /**
     * Whether the storage begins as a vmdk image does. A sparse extent without a descriptor of its
     * own is a part of an image, but counts as one, as with QEMU.
     */
    public static boolean recognises(Storage storage) throws IOException {
        var bytes = read(storage, 0, PROBE_BYTES);
        if (bytes.remaining() >= Integer.BYTES) {
            var magic = bytes.order(ByteOrder.LITTLE_ENDIAN).getInt(0);
            if (magic == SPARSE_MAGIC || magic == COWD_MAGIC) {
                return true;
            }
        }
        return startsAsDescriptor(text(bytes));
    }

    /** The signature may come after comments and blank lines. */
    private static boolean startsAsDescriptor(String text) {
        return text.lines()
                        .map(String::strip)
                        .dropWhile(line -> line.isEmpty() || isOtherComment(line))
                        .findFirst()
                        .filter(line -> line.startsWith(Descriptor.SIGNATURE) || isVersion(line))
                        .isPresent()
                && text.contains(Descriptor.SIGNATURE);
    }

    private static boolean isOtherComment(String line) {
        return line.startsWith("#") && !line.startsWith(Descriptor.SIGNATURE);
    }

    private static boolean isVersion(String line) {
        return line.startsWith("version=");
    }

    /**
     * What the image says.
     *
     * @param directory in which extents of their own files are looked for, to sum up what they
     *     spend; names that lead elsewhere are not followed
     */
    public static ImageInfo inspect(Directory directory, FileStorage file) throws IOException {
        var head = read(file, 0, SPARSE_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        if (head.remaining() == SPARSE_HEADER_BYTES && head.getInt(0) == SPARSE_MAGIC) {
            return sparse(head, file);
        }
        if (head.remaining() == SPARSE_HEADER_BYTES && head.getInt(0) == COWD_MAGIC) {
            return esxSparse(head, file);
        }
        var descriptor = descriptor(file).orElseThrow();
        return new ImageInfo(
                ImageFormat.VMDK,
                descriptor.capacity(file.name()),
                file.status().allocated() + extentBytes(directory, descriptor),
                hint(descriptor),
                hint(descriptor).map(_ -> ImageFormat.VMDK.text()),
                details(Optional.of(descriptor), extents(directory, descriptor)));
    }

    private static ImageInfo sparse(ByteBuffer head, FileStorage file) throws IOException {
        var sectors = head.getLong(CAPACITY_OFFSET);
        if (sectors < 0 || sectors > Long.MAX_VALUE / SECTOR) {
            throw new ImageException.Corrupt(
                    "%s: the capacity at 0x%x is %s sectors"
                            .formatted(
                                    file.name(), CAPACITY_OFFSET, Long.toUnsignedString(sectors)));
        }
        var descriptor = descriptor(file);
        var itself = new ImageInfo.Details.Extent("", "", sectors * SECTOR, grainSize(head));
        return new ImageInfo(
                ImageFormat.VMDK,
                sectors * SECTOR,
                file.status().allocated(),
                descriptor.flatMap(VmdkInspector::hint),
                descriptor.flatMap(VmdkInspector::hint).map(_ -> ImageFormat.VMDK.text()),
                details(descriptor, List.of(itself)));
    }

    private static long grainSize(ByteBuffer head) {
        return Math.clamp(head.getLong(GRAIN_OFFSET), 0, Integer.MAX_VALUE) * (long) SECTOR;
    }

    /** Such an extent counts its sectors in 32 bits and has no descriptor of its own. */
    private static ImageInfo esxSparse(ByteBuffer head, FileStorage file) throws IOException {
        return new ImageInfo(
                ImageFormat.VMDK,
                Integer.toUnsignedLong(head.getInt(ESX_CAPACITY_OFFSET)) * SECTOR,
                file.status().allocated(),
                Optional.empty(),
                Optional.empty(),
                details(Optional.empty(), List.of()));
    }

    private static Optional<Descriptor> descriptor(Storage file) throws IOException {
        return DescriptorFile.open(file, WaitForDisk.ALWAYS).map(DescriptorFile::descriptor);
    }

    private static long extentBytes(Directory directory, Descriptor descriptor) throws IOException {
        var bytes = 0L;
        for (var extent : descriptor.extents()) {
            if (isFileIn(directory, extent.file())) {
                bytes += directory.status(extent.file()).map(FileStatus::allocated).orElse(0L);
            }
        }
        return bytes;
    }

    private static boolean isFileIn(Directory directory, String name) throws IOException {
        if (!isPlainName(name)) {
            return false;
        }
        var status = directory.status(name);
        return status.isPresent() && status.get().isRegular();
    }

    private static boolean isPlainName(String name) {
        return !name.isEmpty()
                && name.indexOf('/') < 0
                && name.indexOf('\0') < 0
                && !".".equals(name)
                && !"..".equals(name);
    }

    private static Optional<String> hint(Descriptor descriptor) {
        return descriptor.hasParent() ? Optional.of(descriptor.parentHint()) : Optional.empty();
    }

    private static ImageInfo.Details.Vmdk details(
            Optional<Descriptor> descriptor, List<ImageInfo.Details.Extent> extents) {
        return new ImageInfo.Details.Vmdk(
                descriptor.map(Descriptor::createType).orElse(""),
                descriptor.map(Descriptor::cid).orElse(Descriptor.NO_PARENT),
                descriptor.map(Descriptor::parentCid).orElse(Descriptor.NO_PARENT),
                extents);
    }

    private static List<ImageInfo.Details.Extent> extents(
            Directory directory, Descriptor descriptor) throws IOException {
        var extents = new ArrayList<ImageInfo.Details.Extent>();
        for (var extent : descriptor.extents()) {
            extents.add(
                    new ImageInfo.Details.Extent(
                            extent.file(),
                            extent.type(),
                            extent.sectors() * SECTOR,
                            extent.flat() ? 0 : grainSize(directory, extent.file())));
        }
        return extents;
    }

    private static long grainSize(Directory directory, String name) throws IOException {
        if (!isFileIn(directory, name)) {
            return 0;
        }
        try (var file = directory.openFile(name, Access.READ)) {
            var head = read(file, 0, SPARSE_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            return head.remaining() == SPARSE_HEADER_BYTES ? grainSize(head) : 0;
        }
    }

    private static ByteBuffer read(Storage storage, long offset, int length) throws IOException {
        var bytes = ByteBuffer.allocate(length);
        var count = storage.read(bytes, offset);
        while (count > 0 && bytes.hasRemaining()) {
            count = storage.read(bytes, offset + bytes.position());
        }
        return bytes.flip();
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }
}
