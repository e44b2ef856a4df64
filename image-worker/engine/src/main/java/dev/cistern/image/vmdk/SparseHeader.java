package dev.cistern.image.vmdk;

import dev.cistern.image.ImageException;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The header of a hosted sparse extent (VMware Virtual Disk Format 5.0, "Hosted sparse extents").
 *
 * @param capacity bytes that a guest sees
 * @param grainBytes a power of two
 * @param tableEntries of a grain table
 * @param directoryAt where the grain directory is in the file
 * @param redundantAt where the redundant grain directory is, 0 for none
 * @param overhead bytes at the beginning of the file that are no grains
 */
record SparseHeader(
        long capacity,
        int grainBytes,
        int tableEntries,
        long directoryAt,
        long redundantAt,
        long overhead,
        int flags) {
    static final int MAGIC = 0x564d444b;
    static final int SECTOR = 512;

    /** Sectors of a grain, entries of a table, sectors of a descriptor: as everybody has them. */
    static final int USUAL_GRAIN = 128;

    static final int USUAL_ENTRIES = 512;
    static final int DESCRIPTOR_SECTORS = 20;

    private static final int BYTES = 512;

    private static final int VERSION_AT = 4;
    private static final int FLAGS_AT = 8;
    private static final int CAPACITY_AT = 12;
    private static final int GRAIN_AT = 20;
    private static final int DESCRIPTOR_AT = 28;
    private static final int DESCRIPTOR_SIZE_AT = 36;
    private static final int ENTRIES_AT = 44;
    private static final int REDUNDANT_AT = 48;
    private static final int DIRECTORY_AT = 56;
    private static final int OVERHEAD_AT = 64;
    private static final int LINE_ENDS_AT = 73;
    private static final int COMPRESSION_AT = 77;

    private static final int LINE_ENDS_KNOWN = 1;
    private static final int REDUNDANT_DIRECTORY = 1 << 1;
    private static final int ZEROED_GRAINS = 1 << 2;
    private static final int GRAINS_COMPRESSED = 1 << 16;
    private static final int DEFLATE = 1;

    /** As they come out if a transfer as text has not changed them. */
    private static final byte[] LINE_ENDS = {'\n', ' ', '\r', '\n'};

    /** QEMU's limits: entries of a grain table, and of the directory. */
    private static final int MAX_TABLE_ENTRIES = 512;

    private static final int MAX_DIRECTORY_ENTRIES = 8 << 20;

    /** Larger grains than QEMU and VMware write would cost much memory; sectors. */
    private static final long MAX_GRAIN = 4096;

    /** In place of where the directory is: in the footer, 1024 bytes before the end. */
    private static final long IN_FOOTER = -1;

    private static final int FOOTER_BEFORE_END = 1024;

    /** Where a descriptor is, in bytes. */
    record DescriptorPlace(long start, int length) {}

    /** Whether the file begins with such a header. */
    static boolean isAt(Storage file) throws IOException {
        return read(file, 0).getInt(0) == MAGIC;
    }

    /** Reads the header, or the footer where that counts. */
    static SparseHeader read(Storage file) throws IOException {
        var head = read(file, 0);
        if (head.getLong(DIRECTORY_AT) == IN_FOOTER) {
            var at = file.size() - FOOTER_BEFORE_END;
            head = read(file, Math.max(0, at));
            if (head.getInt(0) != MAGIC || head.getLong(DIRECTORY_AT) == IN_FOOTER) {
                throw new ImageException.Corrupt(
                        "%s: has its grain directory's place in a footer, but none at 0x%x"
                                .formatted(file.name(), at));
            }
        }
        return decode(head, file.name());
    }

    private static ByteBuffer read(Storage file, long at) throws IOException {
        var bytes = ByteBuffer.allocate(BYTES);
        file.readPadded(bytes, at);
        return bytes.flip().order(ByteOrder.LITTLE_ENDIAN);
    }

    private static SparseHeader decode(ByteBuffer head, String name) throws ImageException {
        var version = head.getInt(VERSION_AT);
        var sectors = head.getLong(CAPACITY_AT);
        var grain = head.getLong(GRAIN_AT);
        var entries = head.getInt(ENTRIES_AT);
        var flags = head.getInt(FLAGS_AT);
        var redundant =
                (flags & REDUNDANT_DIRECTORY) == 0 ? 0 : sectors(head, REDUNDANT_AT, "rgd", name);
        require(version >= 1 && version <= 3, name, "version at 0x4", version);
        require(
                Long.bitCount(grain) == 1 && grain > 0 && grain <= MAX_GRAIN,
                name,
                "grainSize at 0x14",
                grain);
        require(entries > 0 && entries <= MAX_TABLE_ENTRIES, name, "numGTEsPerGT at 0x2c", entries);
        var capacity = sectors(head, CAPACITY_AT, "capacity", name);
        requireFewTables(sectors, grain * entries, name);
        var compression = Short.toUnsignedInt(head.getShort(COMPRESSION_AT));
        require(
                (flags & GRAINS_COMPRESSED) == 0 || compression == DEFLATE,
                name,
                "compressAlgorithm at 0x4d",
                compression);
        var directory = sectors(head, DIRECTORY_AT, "gdOffset", name);
        require(directory > 0, name, "gdOffset at 0x38", directory);
        return new SparseHeader(
                capacity,
                (int) grain * SECTOR,
                entries,
                directory,
                redundant,
                sectors(head, OVERHEAD_AT, "overHead", name),
                flags);
    }

    /** A number of sectors, in bytes. */
    private static long sectors(ByteBuffer head, int at, String field, String name)
            throws ImageException.Corrupt {
        var sectors = head.getLong(at);
        require(
                sectors >= 0 && sectors <= Long.MAX_VALUE / SECTOR,
                name,
                "%s at 0x%x".formatted(field, at),
                sectors);
        return sectors * SECTOR;
    }

    private static void requireFewTables(long sectors, long coverage, String name)
            throws ImageException.Corrupt {
        require(
                Math.ceilDiv(sectors, coverage) <= MAX_DIRECTORY_ENTRIES,
                name,
                "capacity at 0xc",
                sectors);
    }

    private static void require(boolean holds, String name, String field, long value)
            throws ImageException.Corrupt {
        if (!holds) {
            throw new ImageException.Corrupt(
                    "%s: %s is %s, which cannot be"
                            .formatted(name, field, Long.toUnsignedString(value)));
        }
    }

    /** Where the descriptor is in a sparse extent; empty if it has none. */
    static Optional<DescriptorPlace> descriptorPlace(Storage file) throws IOException {
        var head = read(file, 0);
        var offset = head.getLong(DESCRIPTOR_AT);
        var size = head.getLong(DESCRIPTOR_SIZE_AT);
        if (offset == 0 || size == 0) {
            return Optional.empty();
        }
        if (offset < 0
                || size < 0
                || size > Descriptor.MAX_BYTES / SECTOR
                || offset > Long.MAX_VALUE / SECTOR - size) {
            throw new ImageException.Corrupt(
                    "%s: the embedded descriptor has %s sectors at sector %s"
                            .formatted(
                                    file.name(),
                                    Long.toUnsignedString(size),
                                    Long.toUnsignedString(offset)));
        }
        return Optional.of(new DescriptorPlace(offset * SECTOR, (int) size * SECTOR));
    }

    /**
     * Where everything is in a new extent, in the order in which QEMU has it.
     *
     * @throws ImageException.OutOfRange if it takes more tables than QEMU reads
     */
    static SparseHeader ofNew(long capacity, boolean zeroedGrains, String name)
            throws ImageException {
        return ofNew(capacity, USUAL_GRAIN * SECTOR, USUAL_ENTRIES, zeroedGrains, name);
    }

    /** The same with grains and tables of any size. */
    static SparseHeader ofNew(
            long capacity, int grain, int entries, boolean zeroedGrains, String name)
            throws ImageException {
        var header =
                new SparseHeader(
                        capacity,
                        grain,
                        entries,
                        0,
                        (1L + DESCRIPTOR_SECTORS) * SECTOR,
                        0,
                        LINE_ENDS_KNOWN | REDUNDANT_DIRECTORY | (zeroedGrains ? ZEROED_GRAINS : 0));
        header.requireFewTables(name);
        var directory = header.redundantAt + header.mapBytes();
        var end = directory + header.mapBytes();
        return header.moved(directory, header.redundantAt, Math.ceilDiv(end, grain) * (long) grain);
    }

    /** The header of another new extent, with grains and tables as in this one. */
    SparseHeader ofNewOfItsKind(long other, String name) throws ImageException {
        return ofNew(other, grainBytes, tableEntries, zeroedGrains(), name);
    }

    private void requireFewTables(String name) throws ImageException.OutOfRange {
        if (Math.ceilDiv(capacity, tableCoverage()) > MAX_DIRECTORY_ENTRIES) {
            throw new ImageException.OutOfRange(
                    "%s: a sparse extent has at most %d bytes; %d are too many"
                            .formatted(name, MAX_DIRECTORY_ENTRIES * tableCoverage(), capacity));
        }
    }

    private SparseHeader moved(long directory, long redundant, long dataStart) {
        return new SparseHeader(
                capacity, grainBytes, tableEntries, directory, redundant, dataStart, flags);
    }

    /** The same for another capacity, with its directories elsewhere. */
    SparseHeader grown(long other, long directory, long redundant, String name)
            throws ImageException.OutOfRange {
        var header =
                new SparseHeader(
                        other, grainBytes, tableEntries, directory, redundant, overhead, flags);
        header.requireFewTables(name);
        return header;
    }

    /** The first sector of a new extent. */
    ByteBuffer encode() {
        var head = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        head.putInt(0, MAGIC);
        head.putInt(VERSION_AT, zeroedGrains() ? 2 : 1);
        head.putInt(FLAGS_AT, flags);
        head.putLong(GRAIN_AT, grainBytes / SECTOR);
        head.putLong(DESCRIPTOR_AT, 1);
        head.putLong(DESCRIPTOR_SIZE_AT, DESCRIPTOR_SECTORS);
        head.putInt(ENTRIES_AT, tableEntries);
        head.putLong(OVERHEAD_AT, overhead / SECTOR);
        head.put(LINE_ENDS_AT, LINE_ENDS);
        return putPlaces(head);
    }

    /** The first sector of an extent that there is, with what growing changes. */
    ByteBuffer encodeOver(Storage file) throws IOException {
        return putPlaces(read(file, 0));
    }

    private ByteBuffer putPlaces(ByteBuffer head) {
        return head.putLong(CAPACITY_AT, capacity / SECTOR)
                .putLong(REDUNDANT_AT, redundantAt / SECTOR)
                .putLong(DIRECTORY_AT, directoryAt / SECTOR);
    }

    boolean compressed() {
        return (flags & GRAINS_COMPRESSED) != 0;
    }

    /** Whether the entry 1 stands for a grain of zeroes. */
    boolean zeroedGrains() {
        return (flags & ZEROED_GRAINS) != 0;
    }

    /** Guest bytes that a grain table maps. */
    long tableCoverage() {
        return (long) grainBytes * tableEntries;
    }

    int directoryEntries() {
        return Math.toIntExact(Math.ceilDiv(capacity, tableCoverage()));
    }

    /** Whole sectors. */
    long directoryBytes() {
        return Math.ceilDiv((long) directoryEntries() * Integer.BYTES, SECTOR) * (long) SECTOR;
    }

    /** Whole sectors. */
    int tableBytes() {
        return Math.ceilDiv(tableEntries * Integer.BYTES, SECTOR) * SECTOR;
    }

    /** Of a directory with all of its tables behind it. */
    long mapBytes() {
        return directoryBytes() + (long) directoryEntries() * tableBytes();
    }

    /** A directory whose tables follow it, when it is at a place in the file. */
    ByteBuffer directoryAt(long at) {
        var bytes = ByteBuffer.allocate((int) directoryBytes()).order(ByteOrder.LITTLE_ENDIAN);
        var first = (at + directoryBytes()) / SECTOR;
        for (var table = 0; table < directoryEntries(); table++) {
            bytes.putInt(
                    table * Integer.BYTES, (int) (first + (long) table * (tableBytes() / SECTOR)));
        }
        return bytes;
    }
}
