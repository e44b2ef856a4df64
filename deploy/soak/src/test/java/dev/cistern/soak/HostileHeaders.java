package dev.cistern.soak;

import static dev.cistern.soak.Forged.BACKING_LENGTH;
import static dev.cistern.soak.Forged.BACKING_OFFSET;
import static dev.cistern.soak.Forged.CLUSTER_BITS;
import static dev.cistern.soak.Forged.CRYPT_METHOD;
import static dev.cistern.soak.Forged.EXTENSIONS;
import static dev.cistern.soak.Forged.HEADER_LENGTH;
import static dev.cistern.soak.Forged.INCOMPATIBLE;
import static dev.cistern.soak.Forged.L1_OFFSET;
import static dev.cistern.soak.Forged.L1_SIZE;
import static dev.cistern.soak.Forged.REFCOUNT_ORDER;
import static dev.cistern.soak.Forged.REFCOUNT_TABLE_CLUSTERS;
import static dev.cistern.soak.Forged.REFCOUNT_TABLE_OFFSET;
import static dev.cistern.soak.Forged.SIZE;
import static dev.cistern.soak.Forged.SNAPSHOTS;
import static dev.cistern.soak.Forged.SNAPSHOTS_OFFSET;
import static dev.cistern.soak.Forged.VERSION;
import static dev.cistern.soak.Hostile.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** Images whose first cluster makes no sense, or names what it should not. */
final class HostileHeaders {
    private static final int BACKING_FORMAT = 0xe2792aca;
    private static final int BITMAPS = 0x23852875;
    private static final int ENCRYPTION = 0x0537be77;
    private static final int DATA_FILE = 0x44415441;
    private static final long LAST_CLUSTER = 0x7ffffffffffffe00L;

    private HostileHeaders() {}

    static List<Hostile> all() {
        var all = new ArrayList<Hostile>();
        all.addAll(fields());
        all.addAll(places());
        all.addAll(lengths());
        all.addAll(names());
        all.addAll(extensions());
        return all;
    }

    private static Forged small() throws IOException {
        return Forged.of(SoundImage.SMALL);
    }

    private static List<Hostile> fields() {
        return List.of(
                image("version 1", () -> small().int32(VERSION, 1)),
                image("version 4", () -> small().int32(VERSION, 4))
                        .refused("qcow2 version 4 at 0x4", "2 and 3"),
                image("clusters of 256 bytes", () -> small().int32(CLUSTER_BITS, 8))
                        .refused("cluster_bits at 0x14 is 8", "9 to 21"),
                image("clusters of 4 MiB", () -> small().int32(CLUSTER_BITS, 22))
                        .refused("cluster_bits at 0x14 is 22", "9 to 21"),
                image("clusters of 2^63 bytes", () -> small().int32(CLUSTER_BITS, 63))
                        .refused("cluster_bits at 0x14 is 63", "9 to 21"),
                image("a size of 2^64 - 1", () -> small().int64(SIZE, -1))
                        .refused("size at 0x18 is 18446744073709551615"),
                image("a size of 2^63 - 1", () -> small().int64(SIZE, Long.MAX_VALUE))
                        .refused(Use.READ, "L1 table has", "entries", "9223372036854775807")
                        .refused(Use.WRITE, "L1 table has", "entries", "9223372036854775807"),
                image("a size inside a sector", () -> small().int64(SIZE, 100_001)),
                image("no size", () -> small().int64(SIZE, 0)),
                image("encryption of no kind", () -> small().int32(CRYPT_METHOD, 3))
                        .refused("crypt_method at 0x20 is 3", "0 to 2"),
                image("encryption without a header", () -> small().int32(CRYPT_METHOD, 2))
                        .refused(Use.READ, "names no encryption header"),
                image("L1 of 2^32 - 1 entries", () -> small().int32(L1_SIZE, -1))
                        .refused("l1_size at 0x24 is 4294967295", "0 to 4194304"),
                image("L1 of no entries", () -> small().int32(L1_SIZE, 0))
                        .refused(Use.READ, "L1 table has 0 entries"),
                image("refcounts of 128 bits", () -> small().int32(REFCOUNT_ORDER, 7))
                        .refused("refcount_order at 0x60 is 7", "0 to 6"),
                image("other refcounts than there are", () -> small().int32(REFCOUNT_ORDER, 6)),
                image(
                                "all features that are not known",
                                () -> small().int64(INCOMPATIBLE, -1L << 5))
                        .refused("incompatible feature of bit"),
                image("subclusters of 16 bytes", () -> small().int64(INCOMPATIBLE, 16))
                        .refused("cluster_bits at 0x14 is 9", "at least 14"),
                image("dirty", () -> small().int64(INCOMPATIBLE, 1)),
                image("corrupt", () -> small().int64(INCOMPATIBLE, 2))
                        .refused(Use.WRITE, "marked corrupt", "repair"),
                image("compression of no kind", () -> small().bytes(104, new byte[] {2}))
                        .refused("compression_type at 0x68 is 2"),
                image("65,537 snapshots", () -> small().int32(SNAPSHOTS, 65_537))
                        .refused("nb_snapshots at 0x3c is 65537", "0 to 65536"));
    }

    private static List<Hostile> places() {
        return List.of(
                image("an L1 table inside a cluster", () -> small().int64(L1_OFFSET, 513))
                        .refused("l1_table_offset 0x201 is not at a cluster"),
                image("an L1 table below zero", () -> small().int64(L1_OFFSET, -512))
                        .refused("l1_table_offset"),
                image("an L1 table at 2^63", () -> small().int64(L1_OFFSET, LAST_CLUSTER))
                        .refused(Use.READ, "before the L1 table", "0x7ffffffffffffe00")
                        .refused(Use.WRITE, "before the L1 table", "0x7ffffffffffffe00"),
                image("an L1 table that is the header", () -> small().int64(L1_OFFSET, 0))
                        .refused(Use.WRITE, "L1"),
                image(
                                "an L1 table that is the refcount table",
                                () -> {
                                    var forged = small();
                                    return forged.int64(
                                            L1_OFFSET, forged.sound(REFCOUNT_TABLE_OFFSET));
                                })
                        .refused(Use.WRITE, "refcount table", "lies over the image's L1 table"),
                image(
                                "a refcount table at 2^63",
                                () -> small().int64(REFCOUNT_TABLE_OFFSET, LAST_CLUSTER))
                        .refused(
                                Use.WRITE,
                                "refcount table",
                                "0x7ffffffffffffe00",
                                "beyond the end"),
                image(
                                "a refcount table that is the header",
                                () -> small().int64(REFCOUNT_TABLE_OFFSET, 0))
                        .refused(Use.WRITE, "refcount table", "lies over the image's header"),
                image("no refcount table", () -> small().int32(REFCOUNT_TABLE_CLUSTERS, 0))
                        .refused(Use.WRITE, "refcount_table_clusters at 0x38 is 0"),
                image(
                                "a refcount table of 2^31 clusters",
                                () -> small().int32(REFCOUNT_TABLE_CLUSTERS, Integer.MAX_VALUE))
                        .refused("refcount_table_clusters at 0x38 is 2147483647"),
                image(
                                "a refcount table behind the end",
                                () -> small().int32(REFCOUNT_TABLE_CLUSTERS, 16_384))
                        .refused(Use.WRITE, "refcount table", "0x800000 bytes", "beyond the end"),
                image(
                                "a snapshot table at 2^63",
                                () -> small().int64(SNAPSHOTS_OFFSET, LAST_CLUSTER))
                        .refused(Use.READ, "snapshot table ends at", "0x7ffffffffffffe00"),
                image(
                                "a snapshot table that is the L1 table",
                                () -> {
                                    var forged = small();
                                    return forged.int64(SNAPSHOTS_OFFSET, forged.sound(L1_OFFSET));
                                })
                        .refused(Use.WRITE, "snapshot"));
    }

    private static List<Hostile> lengths() {
        var all = new ArrayList<Hostile>();
        for (var length : new long[] {0, 72, 103, 513, 0x7fffffffL, 0xffffffffL}) {
            all.add(
                    image("a header of " + length, () -> small().int32(HEADER_LENGTH, length))
                            .refused("header_length at 0x64 is " + length, "104 to 512"));
        }
        for (var length : new int[] {104, 105, 106, 112, 504, 512}) {
            all.add(image("a header of " + length, () -> small().int32(HEADER_LENGTH, length)));
        }
        for (var length : new int[] {8, 71, 72, 80, 103, 104, 105, 111, 112, 119, 511}) {
            all.add(image("a file of " + length, () -> small().cut(length)));
            all.add(
                    image(
                            "a file of version 2 of " + length,
                            () -> Forged.of(SoundImage.VERSION_2).cut(length)));
        }
        all.add(image("version 2 that was 3", () -> small().int32(VERSION, 2)));
        all.add(
                image(
                        "version 3 that was 2",
                        () -> Forged.of(SoundImage.VERSION_2).int32(VERSION, 3)));
        return all;
    }

    private static Forged naming(String name) throws IOException {
        var bytes = name.getBytes(StandardCharsets.UTF_8);
        return small().int64(BACKING_OFFSET, 300)
                .int32(BACKING_LENGTH, bytes.length)
                .bytes(EXTENSIONS, new byte[400])
                .bytes(300, bytes);
    }

    private static List<Hostile> names() {
        return List.of(
                image("over itself", () -> naming("image"))
                        .refused(Use.READ, "backing file of itself"),
                image("over itself, by a path", () -> naming("./image"))
                        .refused(Use.READ, "backing file of itself"),
                image("over another that is over it", HostileHeaders::loop)
                        .refused(Use.READ, "backing file of itself"),
                image("over 300 others", HostileHeaders::chain)
                        .refused(Use.READ, "more than 200 images"),
                image("over a file elsewhere", () -> naming("../secret"))
                        .refused(Use.READ, "../secret", "not in the folder"),
                image("over the system's", () -> naming("/etc/passwd"))
                        .refused(Use.READ, "/etc/passwd", "not in the folder"),
                image("over a name with a zero byte", () -> naming("a\0b"))
                        .refused(Use.READ, "not in the folder"),
                image("over a protocol", () -> naming("nbd://somewhere"))
                        .refused(Use.READ, "protocol 'nbd'"),
                image("over JSON", () -> naming("json:{\"driver\":\"host_device\"}"))
                        .refused(Use.READ, "protocol 'json'"),
                image("over nothing", () -> naming("")),
                image("a name of 1024 bytes", () -> naming("x").int32(BACKING_LENGTH, 1024))
                        .refused("backing_file_size at 0x10 is 1024", "0 to 1023"),
                image("a name in the header", () -> naming("x").int64(BACKING_OFFSET, 8))
                        .refused("header", "0x8"),
                image(
                                "a name behind the first cluster",
                                () -> naming("x").int64(BACKING_OFFSET, 512))
                        .refused("0x200", "not in the first cluster"),
                image("a name at 2^63", () -> naming("x").int64(BACKING_OFFSET, Long.MAX_VALUE))
                        .refused("not in the first cluster"),
                image(
                                "over a format that is none",
                                () ->
                                        naming("below")
                                                .int32(EXTENSIONS, BACKING_FORMAT)
                                                .int32(EXTENSIONS + 4, 4)
                                                .bytes(
                                                        EXTENSIONS + 8,
                                                        "none".getBytes(StandardCharsets.UTF_8)))
                        .refused(Use.READ, "format 'none'"));
    }

    private static Subject loop() throws IOException {
        var image = naming("below");
        var other = naming("image").image().array();
        return folder -> {
            image.layInto(folder);
            Files.write(folder.resolve("below"), other);
        };
    }

    private static Subject chain() throws IOException {
        var image = naming("chain-1");
        return folder -> {
            image.layInto(folder);
            for (var i = 1; i <= 300; i++) {
                Files.write(
                        folder.resolve("chain-" + i), naming("chain-" + (i + 1)).image().array());
            }
        };
    }

    private static byte[] numbers(long... values) {
        var bytes = ByteBuffer.allocate(values.length * Long.BYTES);
        bytes.asLongBuffer().put(values);
        return bytes.array();
    }

    private static List<Hostile> extensions() {
        var far = LAST_CLUSTER;
        return List.of(
                image(
                                "an extension of 2^32 - 1 bytes",
                                () -> small().extension(77, -1, new byte[0]))
                        .refused("header extension 0x4d at 0x70", "4294967295 bytes"),
                image("an unknown extension", () -> small().extension(77, 9, new byte[9])),
                image("extensions without end", HostileHeaders::endless),
                image("short bitmaps", () -> small().extension(BITMAPS, 8, new byte[8]))
                        .refused("header extension 0x23852875", "8 bytes, not 24"),
                image(
                        "bitmaps at 2^63",
                        () ->
                                small().int64(Forged.AUTOCLEAR, 1)
                                        .extension(BITMAPS, 24, numbers(1L << 32, 64, far))),
                image(
                        "bitmaps of 2^63 bytes",
                        () ->
                                small().int64(Forged.AUTOCLEAR, 1)
                                        .extension(BITMAPS, 24, numbers(-1, Long.MAX_VALUE, 512))),
                image(
                        "bitmaps that are the header",
                        () ->
                                small().int64(Forged.AUTOCLEAR, 1)
                                        .extension(BITMAPS, 24, numbers(1L << 32, 512, 0))),
                image(
                                "an encryption header at 2^63",
                                () ->
                                        small().int32(CRYPT_METHOD, 2)
                                                .extension(ENCRYPTION, 16, numbers(far, 592)))
                        .refused(Use.INFO, "encryption header"),
                image(
                                "an encryption header of 2^63 bytes",
                                () ->
                                        small().int32(CRYPT_METHOD, 2)
                                                .extension(
                                                        ENCRYPTION,
                                                        16,
                                                        numbers(512, Long.MAX_VALUE)))
                        .refused(Use.INFO, "encryption header, 0x7fffffffffffffff bytes at 0x200"),
                image(
                        "an encryption header of 2^63 bytes that is not used",
                        () -> small().extension(ENCRYPTION, 16, numbers(512, Long.MAX_VALUE))),
                image(
                                "an encryption header that is the L1 table",
                                () -> {
                                    var forged = Forged.of(SoundImage.ENCRYPTED);
                                    var at = find(forged, ENCRYPTION);
                                    return forged.int64(L1_OFFSET, forged.sound(at + 8));
                                })
                        .refused(Use.WRITE, "L1"),
                image("data in a file without a name", () -> small().int64(INCOMPATIBLE, 4))
                        .refused(Use.READ, "another file", "does not name it"),
                data("data in itself", "image").refused(Use.WRITE, "in use"),
                data("data elsewhere", "../data").refused(Use.READ, "../data", "not in the folder"),
                data("data in a device", "/dev/zero").refused(Use.READ, "not in the folder"),
                data("data in a protocol", "nbd:unix:/x").refused(Use.READ, "protocol 'nbd'"),
                data("data of an image that has its own", "data")
                        .refused(Use.READ, "contradicts itself"),
                image(
                                "a raw data file and an image below",
                                () -> {
                                    var forged = Forged.of(SoundImage.RAW_DATA_FILE);
                                    return forged.int64(BACKING_OFFSET, 480)
                                            .int32(BACKING_LENGTH, 5)
                                            .bytes(480, "below".getBytes(StandardCharsets.UTF_8));
                                })
                        .refused(Use.WRITE, "raw data file", "backing file"),
                image("a raw data file that is none", () -> small().int64(Forged.AUTOCLEAR, 2)));
    }

    private static Hostile data(String what, String name) {
        var bytes = name.getBytes(StandardCharsets.UTF_8);
        return image(
                what,
                () -> small().int64(INCOMPATIBLE, 4).extension(DATA_FILE, bytes.length, bytes));
    }

    private static Forged endless() throws IOException {
        var forged = small();
        for (var at = EXTENSIONS; at < 512; at += 8) {
            forged.int32(at, 77).int32(at + 4, 0);
        }
        return forged;
    }

    /** Where an extension is. */
    private static int find(Forged forged, int type) {
        var at = EXTENSIONS;
        while (forged.image().getInt(at) != type) {
            at += 8 + Math.ceilDiv(forged.image().getInt(at + 4), 8) * 8;
        }
        return at;
    }
}
