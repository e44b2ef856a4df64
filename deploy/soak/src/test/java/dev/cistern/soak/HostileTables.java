package dev.cistern.soak;

import static dev.cistern.soak.Forged.COMPRESSED;
import static dev.cistern.soak.Forged.COPIED;
import static dev.cistern.soak.Forged.L1_OFFSET;
import static dev.cistern.soak.Forged.L1_SIZE;
import static dev.cistern.soak.Forged.REFCOUNT_TABLE_CLUSTERS;
import static dev.cistern.soak.Forged.REFCOUNT_TABLE_OFFSET;
import static dev.cistern.soak.Forged.SIZE;
import static dev.cistern.soak.Forged.SNAPSHOTS;
import static dev.cistern.soak.Forged.SNAPSHOTS_OFFSET;
import static dev.cistern.soak.Hostile.image;

import dev.cistern.image.Images;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.storage.MemoryStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Images whose tables name what they should not, or more than there is. */
final class HostileTables {
    private static final long LAST_OF_ENTRY = 0x00fffffffffffe00L;
    private static final int MOST_L1_ENTRIES = 4 << 20;

    private HostileTables() {}

    static List<Hostile> all() {
        var all = new ArrayList<Hostile>();
        all.addAll(l1());
        all.addAll(l2());
        all.addAll(compressed());
        all.addAll(refcounts());
        all.addAll(snapshots());
        all.addAll(huge());
        all.addAll(cuts());
        return all;
    }

    private static Forged small() throws IOException {
        return Forged.of(SoundImage.SMALL);
    }

    /** Changes a sound image by what it says of itself. */
    private interface Change {
        Forged of(Forged sound) throws IOException;
    }

    private static Hostile small(String name, Change change) {
        return image(name, () -> change.of(small()));
    }

    private static List<Hostile> l1() {
        return List.of(
                small("L1 that names itself", f -> l1(f, f.sound(L1_OFFSET)))
                        .refused(Use.WRITE, "L2 table", "lies over the image's L1 table"),
                small(
                                "L1 that names the refcount table",
                                f -> l1(f, f.sound(REFCOUNT_TABLE_OFFSET)))
                        .refused(Use.WRITE, "L2 table", "lies over the image's refcount table"),
                small("L1 that names a refcount block", f -> l1(f, f.block()))
                        .refused(Use.WRITE, "L2 table", "lies over the image's refcount block"),
                small("L1 that names the snapshot table", f -> l1(f, f.sound(SNAPSHOTS_OFFSET)))
                        .refused(Use.WRITE, "L2 table", "lies over the image's snapshot table"),
                small(
                                "L1 that names one table twice",
                                f -> f.int64(f.sound(L1_OFFSET) + 8, f.l2(0)))
                        .refused(Use.READ, "two entries of the L1 table", "name the same L2 table")
                        .refused(Use.WRITE, "two entries of the L1 table"),
                small("L1 that names a place behind the end", f -> l1(f, 1L << 40))
                        .refused(Use.READ, "ends at", "part of a table at 0x10000000000"),
                small("L1 that names the last place", f -> l1(f, LAST_OF_ENTRY))
                        .refused(Use.READ, "ends at", "part of a table at 0xfffffffffffe00"),
                image(
                                "L1 that names a place inside a cluster",
                                () -> {
                                    var forged = Forged.of(SoundImage.EXTENDED);
                                    return l1(forged, forged.l2(0) + 512);
                                })
                        .refused(Use.READ, "L1 entry 0", "not at a multiple of 0x4000"));
    }

    private static Forged l1(Forged forged, long table) {
        return forged.int64(forged.sound(L1_OFFSET), table | COPIED);
    }

    private static List<Hostile> l2() {
        return List.of(
                small("L2 that names itself", f -> f.int64(f.l2(0), f.l2(0) | COPIED)),
                small(
                                "L2 that names the L1 table",
                                f -> f.int64(f.l2(0), f.sound(L1_OFFSET) | COPIED))
                        .refused(Use.READ, "L2 entry for the guest's 0x0", "contradicts itself"),
                small("L2 that names the refcounts", f -> f.int64(f.l2(0), f.block() | COPIED)),
                small("L2 that names the header", f -> f.int64(f.l2(0), 256 | COPIED)),
                small("L2 that names a place behind the end", f -> f.int64(f.l2(0), 1L << 40))
                        .refused(Use.READ, "ends at", "guest's bytes at 0x10000000000"),
                small("L2 that names the last place", f -> f.int64(f.l2(0), LAST_OF_ENTRY | COPIED))
                        .refused(Use.READ, "ends at", "guest's bytes at 0xfffffffffffe00"),
                small("L2 of ones", HostileTables::onesInL2),
                image(
                                "L2 of zeroes in version 2",
                                () -> {
                                    var forged = Forged.of(SoundImage.VERSION_2);
                                    return forged.int64(forged.l2(0), 1);
                                })
                        .refused(Use.READ, "L2 entry for the guest's 0x0", "is 0x1"),
                image(
                                "L2 of subclusters that are data and zero",
                                () -> {
                                    var forged = Forged.of(SoundImage.EXTENDED);
                                    return forged.int64(forged.l2(0) + 8, -1);
                                })
                        .refused(Use.READ, "L2 entry for the guest's 0x0", "contradicts itself"),
                image(
                                "L2 of a data file that names another place",
                                () -> {
                                    var forged = Forged.of(SoundImage.DATA_FILE);
                                    return forged.int64(forged.l2(0), 4096 | COPIED);
                                })
                        .refused(Use.READ, "L2 entry for the guest's 0x0", "contradicts itself"),
                image(
                                "L2 of a data file with a compressed cluster",
                                () -> {
                                    var forged = Forged.of(SoundImage.DATA_FILE);
                                    return forged.int64(forged.l2(0), 4096 | COMPRESSED);
                                })
                        .refused(Use.READ, "L2 entry for the guest's 0x0", "contradicts itself"));
    }

    private static Forged onesInL2(Forged forged) {
        var ones = new byte[512];
        Arrays.fill(ones, (byte) 0xff);
        return forged.bytes(forged.l2(0), ones);
    }

    private static List<Hostile> compressed() {
        return List.of(
                small("compressed bytes at the last place", f -> compressed(f, 0x1ffffffffffffffL))
                        .refused(Use.READ, "compressed cluster at", "does not give 512 bytes"),
                small("compressed bytes behind the end", f -> compressed(f, 1L << 40))
                        .refused(Use.READ, "compressed cluster at 0x10000000000"),
                small("compressed bytes that are the header", f -> compressed(f, 0))
                        .refused(Use.READ, "compressed cluster at 0x0"),
                small("compressed bytes that are marked to be written", f -> compressed(f, COPIED)),
                image("Zstandard that is none", () -> compressed(Forged.of(SoundImage.ZSTD), 0))
                        .refused(Use.READ, "compressed cluster at 0x0"),
                image("a bomb of zlib", () -> bomb(SoundImage.SMALL, HostileBombs.deflate())),
                image("a bomb of Zstandard", () -> bomb(SoundImage.ZSTD, HostileBombs.zstd())),
                image(
                        "a bomb of Zstandard that asks for a window of 2 GiB",
                        () -> bomb(SoundImage.ZSTD, HostileBombs.zstdOfLongWindow())));
    }

    private static Forged compressed(Forged forged, long bits) {
        return forged.int64(forged.l2(0), COMPRESSED | bits);
    }

    /** Bytes that unpack to far more than a cluster, at a place that may have one sector. */
    private static Forged bomb(SoundImage sound, byte[] packed) throws IOException {
        var forged = Forged.of(sound);
        var end = (long) Math.ceilDiv(forged.image().limit(), 512) * 512;
        return compressed(forged, end).far(end, ByteBuffer.wrap(Arrays.copyOf(packed, 512)));
    }

    private static List<Hostile> refcounts() {
        return List.of(
                small(
                                "refcount table that names itself",
                                f -> block(f, 0, f.sound(REFCOUNT_TABLE_OFFSET)))
                        .refused(
                                Use.WRITE,
                                "refcount block",
                                "lies over the image's refcount table"),
                small("refcount block that is the L1 table", f -> block(f, 0, f.sound(L1_OFFSET)))
                        .refused(Use.WRITE, "refcount block", "lies over the image's L1 table"),
                small("refcount block that is named twice", f -> block(f, 1, f.block()))
                        .refused(Use.WRITE, "refcount block", "lies over another"),
                small("refcount block inside a cluster", f -> block(f, 0, f.block() + 8))
                        .refused(Use.WRITE, "refcount table entry 0", "not at a multiple of 0x200"),
                small("refcount block below zero", f -> block(f, 0, -512))
                        .refused(Use.WRITE, "refcount table entry 0"),
                small("refcount block at 2^63", f -> block(f, 0, 0x7ffffffffffffe00L))
                        .refused(Use.WRITE, "refcount block", "beyond the end of the file"),
                small("no refcount block", f -> block(f, 0, 0)).refused(Use.WRITE, "metadata"),
                small("refcounts of nothing", f -> f.bytes(f.block(), new byte[512]))
                        .refused(Use.WRITE, "refcount is 0"),
                small("refcounts of ones", HostileTables::onesInBlock));
    }

    private static Forged block(Forged forged, int entry, long host) {
        return forged.int64(forged.sound(REFCOUNT_TABLE_OFFSET) + entry * 8L, host);
    }

    private static Forged onesInBlock(Forged forged) {
        var ones = new byte[512];
        Arrays.fill(ones, (byte) 0xff);
        return forged.bytes(forged.block(), ones);
    }

    private static List<Hostile> snapshots() {
        return List.of(
                row("snapshot with an L1 table at 2^63", 0, 8, 0x7ffffffffffffe00L)
                        .refused(Use.SNAPSHOT, "before the L1 table"),
                row("snapshot with an L1 table inside a cluster", 0, 8, 1)
                        .refused(Use.READ, "snapshot 1", "L1 table", "0x1"),
                row("snapshot with an L1 table that is the header", 0, 8, 0),
                row("snapshot with an L1 table of 2^31 entries", 8, 4, Integer.MAX_VALUE)
                        .refused(Use.READ, "snapshot 1", "2147483647 entries", "4194304"),
                row("snapshot with an id of 65,535 bytes", 12, 2, 65_535)
                        .refused(Use.READ, "snapshot table ends at"),
                row("snapshot with a name of 65,535 bytes", 14, 2, 65_535)
                        .refused(Use.READ, "snapshot table ends at"),
                row("snapshot with 1025 bytes of extra data", 36, 4, 1025)
                        .refused(Use.READ, "1025 bytes of extra data", "1024"),
                row("snapshot with 2^32 - 1 bytes of extra data", 36, 4, -1)
                        .refused(Use.READ, "4294967295 bytes of extra data"),
                row("snapshot of 2^64 - 1 bytes", 48, 8, -1)
                        .refused(Use.READ, "snapshot 1", "18446744073709551615 bytes"),
                row("snapshot of 2^63 - 1 bytes", 48, 8, Long.MAX_VALUE)
                        .refused(Use.READ, "snapshot 1", "9223372036854775807 bytes"),
                small("snapshot that is there twice", f -> f.int32(SNAPSHOTS, 2)),
                image("65,536 snapshots of nothing", HostileTables::manySnapshots),
                image("65,536 snapshots of the same", HostileTables::sameSnapshots),
                image("65,536 snapshots of holes", HostileTables::snapshotsOfHoles)
                        .refused(Use.CHECK, "more clusters than", "can be counted"),
                image("snapshots whose names fill 64 MiB", HostileTables::namedSnapshots),
                image("snapshots whose names fill more", HostileTables::moreNamedSnapshots)
                        .refused(Use.READ, "snapshot table ends at"));
    }

    private static Hostile row(String name, int at, int width, long value) {
        return small(
                name,
                f -> {
                    var field = f.sound(SNAPSHOTS_OFFSET) + at;
                    return switch (width) {
                        case 2 -> f.bytes(field, new byte[] {(byte) (value >> 8), (byte) value});
                        case 4 -> f.int32(field, value);
                        default -> f.int64(field, value);
                    };
                });
    }

    private static Forged table(Forged forged, int rows, ByteBuffer table) {
        return forged.int32(SNAPSHOTS, rows).int64(SNAPSHOTS_OFFSET, 1 << 20).far(1 << 20, table);
    }

    private static Forged manySnapshots() throws IOException {
        return table(small(), 65_536, ByteBuffer.allocate(65_536 * 40));
    }

    private static Forged sameSnapshots() throws IOException {
        var forged = small();
        var row = forged.image().slice((int) forged.sound(SNAPSHOTS_OFFSET), 64);
        var rows = ByteBuffer.allocate(65_536 * 64);
        while (rows.hasRemaining()) {
            rows.put(row.duplicate());
        }
        return table(forged, 65_536, rows.flip());
    }

    private static Forged snapshotsOfHoles() throws IOException {
        var rows = ByteBuffer.allocate(65_536 * 40);
        for (var row = 0; row < 65_536; row++) {
            rows.putLong(row * 40, (64L << 20) + ((long) row << 25));
            rows.putInt(row * 40 + 8, MOST_L1_ENTRIES);
        }
        return table(small(), 65_536, rows).longer((64L << 20) + (65_536L << 25));
    }

    private static Forged namedSnapshots() throws IOException {
        return named(1000);
    }

    private static Forged moreNamedSnapshots() throws IOException {
        return named(1200);
    }

    /** Rows of 65,000 bytes each, in bytes that are no UTF-8. */
    private static Forged named(int rows) throws IOException {
        var row = ByteBuffer.allocate(65_040);
        Arrays.fill(row.array(), (byte) 0xfe);
        row.put(0, new byte[40]).putShort(14, (short) 65_000);
        return small().int32(SNAPSHOTS, rows)
                .int64(SNAPSHOTS_OFFSET, 1 << 20)
                .far(1 << 20, row, rows);
    }

    private static List<Hostile> huge() {
        return List.of(
                image("the most L1 entries, in a hole", HostileTables::emptyL1),
                image("the most L1 entries, all of one table", HostileTables::sameL1)
                        .refused(Use.READ, "name the same L2 table"),
                image("the most L1 entries, each of a hole", HostileTables::l1OfHoles)
                        .refused(Use.CHECK, "more clusters than", "can be counted"),
                image("the most refcount blocks, all the same", HostileTables::sameBlocks)
                        .refused(Use.WRITE, "refcount block", "lies over another"),
                image("16 million leaks", HostileTables::leaks));
    }

    private static Forged large(int clusterSize, int refcountBits) throws IOException {
        var storage = new MemoryStorage("image");
        Images.create(
                1 << 20,
                Qcow2Options.DEFAULT.withClusterSize(clusterSize).withRefcountBits(refcountBits),
                storage);
        var bytes = ByteBuffer.allocate((int) storage.size());
        storage.readFully(bytes, 0);
        return Forged.of(bytes.array());
    }

    private static Forged mostL1(int clusterSize) throws IOException {
        var coverage = (long) clusterSize * clusterSize / 8;
        return large(clusterSize, 16)
                .int64(SIZE, coverage * MOST_L1_ENTRIES)
                .int32(L1_SIZE, MOST_L1_ENTRIES)
                .int64(L1_OFFSET, 1L << 30)
                .longer((1L << 30) + MOST_L1_ENTRIES * 8L);
    }

    private static Forged emptyL1() throws IOException {
        return mostL1(65_536);
    }

    private static ByteBuffer entries(int count, long first, long step) {
        var bytes = ByteBuffer.allocate(count * 8);
        for (var i = 0; i < count; i++) {
            bytes.putLong(i * 8, first + i * step);
        }
        return bytes;
    }

    private static Forged sameL1() throws IOException {
        var forged = mostL1(65_536);
        return forged.far(1L << 30, entries(MOST_L1_ENTRIES, (1L << 29) | COPIED, 0))
                .far(1L << 29, entries(8192, COPIED | (1L << 28), 65_536));
    }

    private static Forged l1OfHoles() throws IOException {
        return mostL1(512)
                .far(1L << 30, entries(MOST_L1_ENTRIES, 1L << 31, 1L << 20))
                .longer(1L << 43);
    }

    private static Forged sameBlocks() throws IOException {
        var block = ByteBuffer.allocate(2 << 20);
        Arrays.fill(block.array(), (byte) 0xff);
        return large(2 << 20, 1)
                .int64(REFCOUNT_TABLE_OFFSET, 1L << 30)
                .int32(REFCOUNT_TABLE_CLUSTERS, 4)
                .far(1L << 30, entries(1 << 20, 1L << 29, 0))
                .far(1L << 29, block);
    }

    private static Forged leaks() throws IOException {
        var forged = large(2 << 20, 1);
        var ones = new byte[2 << 20];
        Arrays.fill(ones, (byte) 0xff);
        return forged.bytes(forged.block(), ones);
    }

    /** Cut before, in and after each of its structures. */
    private static List<Hostile> cuts() {
        var all = new ArrayList<Hostile>();
        for (var sound : SoundImage.values()) {
            for (var structure : new int[] {REFCOUNT_TABLE_OFFSET, L1_OFFSET, SNAPSHOTS_OFFSET}) {
                for (var more : new int[] {0, 4, 16}) {
                    all.add(
                            image(
                                    sound + " cut at " + structure + " + " + more,
                                    () -> {
                                        var forged = Forged.of(sound);
                                        return forged.cut(forged.sound(structure) + more);
                                    }));
                }
            }
            all.add(
                    image(
                                    sound + " cut in its L2 table",
                                    () -> {
                                        var forged = Forged.of(sound);
                                        return forged.cut(forged.l2(0) + 8);
                                    })
                            .refused(Use.READ, "ends at", "0x"));
        }
        all.add(
                small("cut before its L1 table", f -> f.cut(f.sound(L1_OFFSET)))
                        .refused(Use.READ, "before the L1 table of", "entries")
                        .refused(Use.WRITE, "before the L1 table of"));
        all.add(
                small("cut in its snapshot table", f -> f.cut(f.sound(SNAPSHOTS_OFFSET) + 50))
                        .refused(Use.READ, "snapshot table ends at", "inside the entry"));
        return all;
    }
}
