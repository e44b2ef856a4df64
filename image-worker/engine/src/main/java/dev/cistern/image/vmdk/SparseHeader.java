package dev.cistern.image.vmdk;

import dev.cistern.image.ImageException;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The header of a hosted sparse extent (VMware Virtual Disk Format 5.0, "Hosted sparse extents").
 *
 * @param capacity bytes that a guest sees
 * @param grainBytes a power of two
 * @param tableEntries of a grain table
 * @param directoryAt where the grain directory is in the file
 */
record SparseHeader(long capacity, int grainBytes, int tableEntries, long directoryAt, int flags) {
    static final int MAGIC = 0x564d444b;
    static final int SECTOR = 512;

    private static final int BYTES = 512;
    private static final int GRAINS_COMPRESSED = 1 << 16;
    private static final int ZEROED_GRAINS = 1 << 2;
    private static final int DEFLATE = 1;

    /** QEMU's limits: entries of a grain table, and of the directory. */
    private static final int MAX_TABLE_ENTRIES = 512;

    private static final int MAX_DIRECTORY_ENTRIES = 8 << 20;

    /** Larger grains than QEMU and VMware write would cost much memory; sectors. */
    private static final long MAX_GRAIN = 4096;

    /** In place of where the directory is: in the footer, 1024 bytes before the end. */
    private static final long IN_FOOTER = -1;

    private static final int FOOTER_BEFORE_END = 1024;

    /** Whether the file begins with such a header. */
    static boolean isAt(Storage file) throws IOException {
        return read(file, 0).getInt(0) == MAGIC;
    }

    /** Reads the header, or the footer where that counts. */
    static SparseHeader read(Storage file) throws IOException {
        var head = read(file, 0);
        if (head.getLong(56) == IN_FOOTER) {
            var at = file.size() - FOOTER_BEFORE_END;
            head = read(file, Math.max(0, at));
            if (head.getInt(0) != MAGIC || head.getLong(56) == IN_FOOTER) {
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
        var version = head.getInt(4);
        var sectors = head.getLong(12);
        var grain = head.getLong(20);
        var entries = head.getInt(44);
        var directory = head.getLong(56);
        require(version >= 1 && version <= 3, name, "version at 0x4", version);
        require(
                sectors >= 0 && sectors <= Long.MAX_VALUE / SECTOR,
                name,
                "capacity at 0xc",
                sectors);
        require(
                Long.bitCount(grain) == 1 && grain > 0 && grain <= MAX_GRAIN,
                name,
                "grainSize at 0x14",
                grain);
        require(entries > 0 && entries <= MAX_TABLE_ENTRIES, name, "numGTEsPerGT at 0x2c", entries);
        require(
                directory > 0 && directory <= Long.MAX_VALUE / SECTOR,
                name,
                "gdOffset at 0x38",
                directory);
        require(
                Math.ceilDiv(sectors, grain * entries) <= MAX_DIRECTORY_ENTRIES,
                name,
                "capacity at 0xc",
                sectors);
        var flags = head.getInt(8);
        var compression = Short.toUnsignedInt(head.getShort(77));
        require(
                (flags & GRAINS_COMPRESSED) == 0 || compression == DEFLATE,
                name,
                "compressAlgorithm at 0x4d",
                compression);
        return new SparseHeader(
                sectors * SECTOR, (int) grain * SECTOR, entries, directory * SECTOR, flags);
    }

    private static void require(boolean holds, String name, String field, long value)
            throws ImageException.Corrupt {
        if (!holds) {
            throw new ImageException.Corrupt(
                    "%s: %s is %s, which cannot be"
                            .formatted(name, field, Long.toUnsignedString(value)));
        }
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
}
