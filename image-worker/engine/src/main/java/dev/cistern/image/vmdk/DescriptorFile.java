package dev.cistern.image.vmdk;

import dev.cistern.image.ImageException;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a descriptor is: in a file of its own, or in the sectors that a sparse extent has for it.
 *
 * <p>A change that fits into one sector is one write. Any other is a copy of the new text first,
 * behind a zero byte at which readers stop, and a sector at the very end that vouches for it by a
 * checksum, and only then the text itself; whoever finds that sector reads the copy.
 */
final class DescriptorFile {
    private static final int SECTOR = 512;

    /** Begins with the zero at which the text ends. */
    private static final byte[] VOUCHER =
            "\0cistern: a newer descriptor is before this sector\n"
                    .getBytes(StandardCharsets.US_ASCII);

    private static final Pattern CONTENT_ID =
            Pattern.compile("(?im)^[ \\t]*+CID[ \\t]*+=[ \\t]*+\"?([0-9a-f]{1,8})");

    /** A shorter one has too few values to be told from others. */
    private static final int SHORTEST_ID = 6;

    private final Storage file;
    private final long start;

    /** Bytes that there are for it; {@link Long#MAX_VALUE} in a file of its own. */
    private final long room;

    private final WaitForDisk disk;
    private Descriptor descriptor;

    private DescriptorFile(
            Storage file, long start, long room, WaitForDisk disk, Descriptor descriptor) {
        this.file = file;
        this.start = start;
        this.room = room;
        this.disk = disk;
        this.descriptor = descriptor;
    }

    /** The descriptor in a file, or the file itself; empty for a sparse extent without any. */
    static Optional<DescriptorFile> open(Storage file, WaitForDisk disk) throws IOException {
        if (!SparseHeader.isAt(file)) {
            return Optional.of(at(file, 0, Long.MAX_VALUE, disk));
        }
        var place = SparseHeader.descriptorPlace(file);
        return place.isEmpty()
                ? Optional.empty()
                : Optional.of(at(file, place.get().start(), place.get().length(), disk));
    }

    private static DescriptorFile at(Storage file, long start, long room, WaitForDisk disk)
            throws IOException {
        var bytes = read(file, start, room);
        var descriptor = Descriptor.decode(vouched(bytes).orElse(text(bytes)), file.name());
        return new DescriptorFile(file, start, room, disk, descriptor);
    }

    private static byte[] read(Storage file, long start, long room) throws IOException {
        var size = Math.min(room, Math.max(0, file.size() - start));
        if (size > Descriptor.MAX_BYTES) {
            throw new ImageException.Corrupt(
                    "%s: the descriptor has %d bytes, where at most %d make sense"
                            .formatted(file.name(), size, Descriptor.MAX_BYTES));
        }
        var bytes = ByteBuffer.allocate((int) size);
        var _ = file.readUpTo(bytes, start);
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private static byte[] text(byte[] bytes) {
        var end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return Arrays.copyOf(bytes, end);
    }

    /** The newer text whose copying may not have come to its end. */
    private static Optional<byte[]> vouched(byte[] bytes) {
        var at = bytes.length - SECTOR;
        if (at < 0
                || bytes.length % SECTOR != 0
                || !Arrays.equals(bytes, at, at + VOUCHER.length, VOUCHER, 0, VOUCHER.length)) {
            return Optional.empty();
        }
        var voucher = ByteBuffer.wrap(bytes, at + VOUCHER.length, SECTOR - VOUCHER.length);
        var length = voucher.getInt();
        var sum = voucher.getInt();
        if (length <= 0 || roundUp(length) > at) {
            return Optional.empty();
        }
        var from = at - roundUp(length);
        var copy = Arrays.copyOfRange(bytes, from, from + length);
        return Arrays.hashCode(copy) == sum ? Optional.of(copy) : Optional.empty();
    }

    private static int roundUp(int length) {
        return Math.ceilDiv(length, SECTOR) * SECTOR;
    }

    Descriptor descriptor() {
        return descriptor;
    }

    /** Ends what was cut off when the descriptor was replaced last. */
    void recover() throws IOException {
        var bytes = read(file, start, room);
        var copy = vouched(bytes);
        if (copy.isPresent()) {
            settle(copy.get(), bytes.length);
        }
    }

    /**
     * Replaces the descriptor, durably; whatever cuts that off, there is the old one or the new.
     */
    void replace(Descriptor other) throws IOException {
        var old = read(file, start, room);
        var text = other.bytes();
        var whole = Arrays.copyOf(text, Math.max(text.length, text(old).length));
        Arrays.fill(whole, text.length, whole.length, (byte) '\n');
        if (whole.length > room) {
            throw noRoom(text.length);
        }
        if (whole.length > old.length) {
            file.truncate(start + whole.length);
            disk.await(Barrier.DESCRIPTOR_ROOM, file);
        }
        var sectors = differing(Arrays.copyOf(old, whole.length), whole);
        if (sectors.length <= SECTOR) {
            write(whole, sectors.from, sectors.length);
            disk.await(Barrier.DESCRIPTOR, file);
        } else {
            copyFirst(whole);
        }
        descriptor = Descriptor.decode(whole, file.name());
    }

    private ImageException.OutOfRange noRoom(int length) {
        return new ImageException.OutOfRange(
                "%s: a descriptor of %d bytes does not fit into the %d that there are for it"
                        .formatted(file.name(), length, room));
    }

    private record Sectors(int from, int length) {}

    private static Sectors differing(byte[] one, byte[] other) {
        var first = Arrays.mismatch(one, other);
        if (first < 0) {
            return new Sectors(0, 0);
        }
        var last = one.length - 1;
        while (one[last] == other[last]) {
            last--;
        }
        var from = first / SECTOR * SECTOR;
        return new Sectors(from, Math.min(other.length, roundUp(last + 1)) - from);
    }

    private void copyFirst(byte[] text) throws IOException {
        var length = roundUp(text.length);
        var size = room == Long.MAX_VALUE ? 2 * length + SECTOR : (int) room;
        if (size < 2 * length + SECTOR || size % SECTOR != 0) {
            throw noRoom(text.length);
        }
        var voucher =
                ByteBuffer.allocate(SECTOR)
                        .put(VOUCHER)
                        .putInt(text.length)
                        .putInt(Arrays.hashCode(text));
        file.writeFully(ByteBuffer.wrap(text), start + size - SECTOR - length);
        file.writeFully(voucher.clear(), start + size - SECTOR);
        disk.await(Barrier.DESCRIPTOR, file);
        settle(text, size);
    }

    private void settle(byte[] text, int size) throws IOException {
        write(text, 0, text.length);
        disk.await(Barrier.DESCRIPTOR_TEXT, file);
        if (room == Long.MAX_VALUE) {
            file.truncate(text.length);
        } else {
            var copy = roundUp(text.length) + SECTOR;
            file.writeFully(ByteBuffer.allocate(copy), start + size - copy);
        }
        disk.await(Barrier.DESCRIPTOR, file);
    }

    private void write(byte[] text, int from, int length) throws IOException {
        file.writeFully(ByteBuffer.wrap(text, from, length), start + from);
    }

    /**
     * Gives the content a new id, durably. It is as long as the old one, so that nothing else
     * moves, and whatever part of it gets to the disk is an id that nobody knows.
     */
    void renewContentId() throws IOException {
        var text = new String(read(file, start, room), StandardCharsets.ISO_8859_1);
        var found = CONTENT_ID.matcher(text);
        if (!found.find()) {
            throw new ImageException.Corrupt(file.name() + ": the descriptor has no CID");
        }
        var digits = found.end(1) - found.start(1);
        if (digits < SHORTEST_ID) {
            replace(descriptor.with(Descriptor.CID, Descriptor.hex(otherId(8))));
            return;
        }
        var id = ("%0" + digits + "x").formatted(otherId(digits));
        file.writeFully(
                ByteBuffer.wrap(id.getBytes(StandardCharsets.US_ASCII)), start + found.start(1));
        disk.await(Barrier.CONTENT_ID, file);
        descriptor = descriptor.with(Descriptor.CID, id);
    }

    private long otherId(int digits) {
        var id = descriptor.cid();
        while (id == descriptor.cid()) {
            id = NewDescriptor.randomId() & ((1L << (4 * digits)) - 1);
        }
        return id;
    }
}
