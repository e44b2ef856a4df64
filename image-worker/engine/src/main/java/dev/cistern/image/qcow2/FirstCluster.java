package dev.cistern.image.qcow2;

import dev.cistern.image.BackingFile;
import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.qcow2.format.HeaderExtension;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The first cluster of an image on its way to be another: header, extensions, the backing file's
 * name. Fields and extensions that are not known stay as they are.
 *
 * <p>The disk writes sectors, not clusters, as a whole. So whatever matters is in the first sector,
 * which one write changes; what it names in the others, the backing file's name and the names of
 * the features, is there before:
 *
 * <pre>
 *   the new name, where neither the old one nor an extension is
 *       {@link Barrier#HEADER_PARTS}
 *   if the feature names move: the first sector without them
 *       {@link Barrier#HEADER_PARTS}
 *       the rest of the feature names
 *       {@link Barrier#HEADER_PARTS}
 *   the first sector
 *       {@link Barrier#HEADER}
 * </pre>
 *
 * <p>Where there is not room enough for that, it is one write of the cluster, as with QEMU.
 */
final class FirstCluster {
    private static final int SECTOR = 512;
    private static final int BACKING_OFFSET_AT = 8;
    private static final int BACKING_LENGTH_AT = 16;
    private static final int HEADER_LENGTH_AT = 100;

    /** As it is on the disk. */
    private final byte[] old;

    private final List<Extension> extensions = new ArrayList<>();

    /** Where the old extensions end. */
    private final int oldExtensionsEnd;

    private final int oldNameAt;
    private final byte[] oldName;
    private byte[] fields;
    private byte[] name;

    /** An extension as it is on the disk. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Extension(int type, byte[] content) {
        int length() {
            return HeaderExtension.HEAD_BYTES
                    + Math.ceilDiv(content.length, HeaderExtension.ALIGNMENT)
                            * HeaderExtension.ALIGNMENT;
        }
    }

    private FirstCluster(byte[] old, Header header) {
        this.old = old;
        this.fields = Arrays.copyOf(old, header.headerLength());
        this.oldNameAt = (int) header.backingOffset();
        this.oldName =
                Arrays.copyOfRange(
                        old, oldNameAt, oldNameAt + (oldNameAt == 0 ? 0 : header.backingLength()));
        this.name = oldName;
        this.oldExtensionsEnd = takeExtensions(header);
    }

    /** The first cluster as it is. */
    static FirstCluster read(Storage storage) throws IOException {
        var header = ImageHeader.read(storage).header();
        var bytes = ByteBuffer.allocate(header.clusterSize());
        storage.readPadded(bytes, 0);
        return new FirstCluster(bytes.array(), header);
    }

    private int takeExtensions(Header header) {
        var bytes = ByteBuffer.wrap(old);
        var end = oldNameAt == 0 ? old.length : oldNameAt;
        var at = header.headerLength();
        while (at <= end - HeaderExtension.HEAD_BYTES && bytes.getInt(at) != HeaderExtension.END) {
            var from = at + HeaderExtension.HEAD_BYTES;
            var content = Arrays.copyOfRange(old, from, from + bytes.getInt(at + Integer.BYTES));
            var extension = new Extension(bytes.getInt(at), content);
            if (extension.type != HeaderExtension.FEATURE_NAMES) {
                extensions.add(extension);
            }
            at += extension.length();
        }
        return at + HeaderExtension.HEAD_BYTES;
    }

    void putInt(int at, int value) {
        ByteBuffer.wrap(fields).putInt(at, value);
    }

    void putLong(int at, long value) {
        ByteBuffer.wrap(fields).putLong(at, value);
    }

    long getLong(int at) {
        return ByteBuffer.wrap(fields).getLong(at);
    }

    /** Makes it of version 3, with no features and refcounts of 16 bits. */
    void upgrade() {
        fields = Arrays.copyOf(Arrays.copyOf(fields, Header.V2_LENGTH), Header.V3_LENGTH);
        putInt(4, 3);
        putInt(Header.REFCOUNT_ORDER_AT, 4);
        putInt(HEADER_LENGTH_AT, Header.V3_LENGTH);
    }

    /** Makes it of version 2, which has none of the fields that come after. */
    void downgrade() {
        fields = Arrays.copyOf(fields, Header.V2_LENGTH);
        putInt(4, 2);
    }

    private boolean isVersion2() {
        return ByteBuffer.wrap(fields).getInt(4) == 2;
    }

    /** Sets an extension, of which there is one at most, or takes it away. */
    void setExtension(int type, Optional<byte[]> content) {
        extensions.removeIf(extension -> extension.type == type);
        content.ifPresent(bytes -> extensions.addFirst(new Extension(type, bytes)));
    }

    /** Sets what is named as the image below. */
    void setBacking(Optional<BackingFile> backing) {
        name =
                backing.map(below -> below.name().getBytes(StandardCharsets.UTF_8))
                        .orElse(new byte[0]);
        setExtension(
                HeaderExtension.BACKING_FORMAT,
                backing.flatMap(BackingFile::format)
                        .map(format -> format.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Brings it to the disk.
     *
     * @throws ImageException.OutOfRange if it is longer than a cluster; nothing is changed then
     */
    void write(ImageFile file) throws IOException {
        var bare = encode(false);
        var full = encode(true);
        var inFirst = full.length + name.length <= SECTOR;
        var nameAt = name.length == 0 ? 0 : inFirst ? full.length : placeOfName(full.length);
        if (bare.length > SECTOR || (nameAt + name.length > old.length)) {
            writeAtOnce(file, bare);
            return;
        }
        var target = Arrays.copyOf(old, old.length);
        Arrays.fill(target, 0, SECTOR, (byte) 0);
        place(target, full, nameAt);
        if (nameAt >= SECTOR) {
            writePart(file, target, nameAt, nameAt + name.length);
        }
        if (full.length > SECTOR && !isAsBefore(target, SECTOR, full.length)) {
            var without = Arrays.copyOf(bare, SECTOR);
            putBacking(without, nameAt);
            file.write(ByteBuffer.wrap(without), 0);
            file.await(Barrier.HEADER_PARTS);
            writePart(file, target, SECTOR, full.length);
        }
        file.write(ByteBuffer.wrap(target, 0, SECTOR), 0);
        file.await(Barrier.HEADER);
    }

    /** Header and extensions; the names of features, if wanted and there is room. */
    private byte[] encode(boolean names) {
        var length = fields.length + extensions.stream().mapToInt(Extension::length).sum();
        var room = old.length - length - name.length - HeaderExtension.HEAD_BYTES;
        var withNames = names && !isVersion2() && room >= HeaderExtension.featureNamesLength();
        var bytes =
                ByteBuffer.allocate(
                        length
                                + (withNames ? HeaderExtension.featureNamesLength() : 0)
                                + HeaderExtension.HEAD_BYTES);
        bytes.put(fields);
        for (var extension : extensions) {
            var start = bytes.position();
            bytes.putInt(extension.type).putInt(extension.content.length).put(extension.content);
            bytes.position(start + extension.length());
        }
        if (withNames) {
            HeaderExtension.encodeFeatureNames(bytes);
        }
        return bytes.array();
    }

    private int placeOfName(int end) {
        if (Arrays.equals(name, oldName) && oldNameAt >= Math.max(end, SECTOR)) {
            return oldNameAt;
        }
        var at = Math.max(Math.max(end, SECTOR), oldExtensionsEnd);
        var free = at + name.length <= oldNameAt || at >= oldNameAt + oldName.length;
        return free ? at : oldNameAt + oldName.length;
    }

    private void place(byte[] target, byte[] head, int nameAt) {
        System.arraycopy(head, 0, target, 0, head.length);
        System.arraycopy(name, 0, target, nameAt, name.length);
        putBacking(target, nameAt);
    }

    private void putBacking(byte[] target, int nameAt) {
        ByteBuffer.wrap(target)
                .putLong(BACKING_OFFSET_AT, nameAt)
                .putInt(BACKING_LENGTH_AT, name.length);
    }

    private boolean isAsBefore(byte[] target, int from, int to) {
        return Arrays.equals(target, from, to, old, from, to);
    }

    private void writePart(ImageFile file, byte[] target, int from, int to) throws IOException {
        if (!isAsBefore(target, from, to)) {
            file.write(ByteBuffer.wrap(target, from, to - from), from);
            file.await(Barrier.HEADER_PARTS);
        }
    }

    private void writeAtOnce(ImageFile file, byte[] head) throws IOException {
        if (head.length + name.length > old.length) {
            throw new ImageException.OutOfRange(
                    "%s: the header with its extensions and the backing file's name has %d bytes, more than a cluster of %d"
                            .formatted(file.name(), head.length + name.length, old.length));
        }
        var target = new byte[old.length];
        place(target, head, name.length == 0 ? 0 : head.length);
        file.write(ByteBuffer.wrap(target), 0);
        file.await(Barrier.HEADER);
    }
}
