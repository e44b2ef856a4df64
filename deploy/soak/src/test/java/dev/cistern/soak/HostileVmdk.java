package dev.cistern.soak;

import static dev.cistern.soak.Hostile.image;

import dev.cistern.image.Images;
import dev.cistern.image.storage.MemoryStorage;
import dev.cistern.image.vmdk.VmdkFiles;
import dev.cistern.image.vmdk.VmdkImage;
import dev.cistern.image.vmdk.VmdkOptions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;

/** vmdk images whose headers, tables or descriptors make no sense, or name what they should not. */
final class HostileVmdk {
    private static final int CAPACITY_AT = 12;
    private static final int GRAIN_AT = 20;
    private static final int DESCRIPTOR_AT = 28;
    private static final int DESCRIPTOR_SIZE_AT = 36;
    private static final int ENTRIES_AT = 44;
    private static final int REDUNDANT_AT = 48;
    private static final int DIRECTORY_AT = 56;
    private static final int OVERHEAD_AT = 64;
    private static final int DIRECTORY = 26 * 512;
    private static final int TABLE = 27 * 512;
    private static final int MEBIBYTE = 1 << 20;

    private HostileVmdk() {}

    static List<Hostile> all() {
        var all = new ArrayList<Hostile>();
        all.addAll(headers());
        all.addAll(tables());
        all.addAll(descriptors());
        return all;
    }

    /** An image of a megabyte, five grains of which are stored. */
    private static ByteBuffer sparse() throws IOException {
        var storage = new MemoryStorage("image");
        Images.create(MEBIBYTE, VmdkOptions.DEFAULT, "image", _ -> storage);
        try (var image =
                VmdkImage.open(
                        storage,
                        true,
                        new VmdkFiles(
                                (name, _, _) -> {
                                    throw new NoSuchFileException(name);
                                },
                                (name, _, _) -> {
                                    throw new NoSuchFileException(name);
                                },
                                name -> {
                                    throw new NoSuchFileException(name);
                                }))) {
            image.write(ByteBuffer.wrap(new byte[300_000]).put(0, (byte) 1), 0);
        }
        var bytes = ByteBuffer.allocate((int) storage.size());
        storage.readFully(bytes, 0);
        return bytes.flip().order(ByteOrder.LITTLE_ENDIAN);
    }

    private static Subject of(ByteBuffer bytes, long length) {
        return folder -> {
            try (var file = new RandomAccessFile(folder.resolve("image").toFile(), "rw")) {
                file.getChannel().write(bytes.duplicate().clear(), 0);
                file.setLength(Math.max(length, bytes.capacity()));
            }
        };
    }

    private static Subject with(int at, long value) throws IOException {
        return of(sparse().putLong(at, value), 0);
    }

    private static Subject entry(int at, int value) throws IOException {
        return of(sparse().putInt(at, value), 0);
    }

    private static List<Hostile> headers() {
        return List.of(
                image("vmdk: a capacity of 2^63 sectors", () -> with(CAPACITY_AT, -1))
                        .refusedButSnapshots("capacity at 0xc"),
                image("vmdk: more tables than there can be", () -> with(CAPACITY_AT, 1L << 50))
                        .refused(Use.READ, "capacity at 0xc"),
                image("vmdk: as many tables as there can be", () -> with(CAPACITY_AT, 1L << 38))
                        .refused(Use.READ, "before the table of"),
                image(
                        "vmdk: as many tables as there can be, all holes",
                        () -> of(sparse().putLong(CAPACITY_AT, 1L << 34), 1L << 40)),
                image("vmdk: grains of three sectors", () -> with(GRAIN_AT, 3))
                        .refused(Use.READ, "grainSize at 0x14"),
                image("vmdk: grains of nothing", () -> with(GRAIN_AT, 0))
                        .refused(Use.READ, "grainSize at 0x14"),
                image("vmdk: grains of 2^62 sectors", () -> with(GRAIN_AT, 1L << 62))
                        .refused(Use.READ, "grainSize at 0x14"),
                image("vmdk: tables of 2^31 entries", () -> entry(ENTRIES_AT, Integer.MIN_VALUE))
                        .refused(Use.READ, "numGTEsPerGT at 0x2c"),
                image("vmdk: a descriptor at the end of time", () -> with(DESCRIPTOR_AT, -5))
                        .refusedButSnapshots("embedded descriptor"),
                image(
                                "vmdk: a descriptor of 2^40 sectors",
                                () -> with(DESCRIPTOR_SIZE_AT, 1L << 40))
                        .refusedButSnapshots("embedded descriptor"),
                image("vmdk: no descriptor", () -> with(DESCRIPTOR_AT, 0))
                        .refused(Use.WRITE, "without a descriptor"),
                image("vmdk: a directory behind the end", () -> with(DIRECTORY_AT, 1L << 40))
                        .refused(Use.READ, "before the table of"),
                image(
                                "vmdk: a directory in a footer that is not there",
                                () -> with(DIRECTORY_AT, -1))
                        .refused(Use.READ, "footer"),
                image(
                        "vmdk: a redundant directory behind the end",
                        () -> with(REDUNDANT_AT, 1L << 40)),
                image("vmdk: one directory twice", () -> with(REDUNDANT_AT, 26)),
                image("vmdk: metadata without end", () -> with(OVERHEAD_AT, 1L << 50)),
                image("vmdk: no metadata", () -> with(OVERHEAD_AT, 0)));
    }

    private static List<Hostile> tables() {
        return List.of(
                image("vmdk: a table behind the end", () -> entry(DIRECTORY, -1))
                        .refused(Use.READ, "before the table of"),
                image("vmdk: a table that is the header", () -> entry(DIRECTORY, 1)),
                image("vmdk: no table", () -> entry(DIRECTORY, 0)),
                image("vmdk: the redundant table as the table", () -> entry(DIRECTORY, 22)),
                image("vmdk: a grain behind the end", () -> entry(TABLE, -1)),
                image("vmdk: a grain that is the header", () -> entry(TABLE, 2))
                        .refused(Use.WRITE, "before the first grain"),
                image("vmdk: a grain that is a table", () -> entry(TABLE, 27))
                        .refused(Use.WRITE, "before the first grain"),
                image("vmdk: a grain twice", () -> entry(TABLE, 256)),
                image("vmdk: a grain between two", () -> entry(TABLE, 300)));
    }

    private static Hostile descriptor(String name, String extents) {
        return image(
                "vmdk: " + name,
                () ->
                        folder ->
                                Files.writeString(
                                        folder.resolve("image"),
                                        """
                                        # Disk DescriptorFile
                                        version=1
                                        CID=12345678
                                        parentCID=ffffffff
                                        createType="twoGbMaxExtentFlat"
                                        """
                                                + extents,
                                        StandardCharsets.ISO_8859_1));
    }

    private static List<Hostile> descriptors() {
        return List.of(
                descriptor("an extent elsewhere", "RW 8 FLAT \"/etc/passwd\" 0\n")
                        .refused(Use.READ, "/etc/passwd")
                        .refused(Use.WRITE, "/etc/passwd")
                        .refused(Use.CHECK, "/etc/passwd"),
                descriptor("an extent above", "RW 8 FLAT \"../x\" 0\n")
                        .refused(Use.READ, "../x")
                        .refused(Use.REPAIR, "../x"),
                descriptor("itself as an extent", "RW 8 FLAT \"image\" 0\n"),
                descriptor("a device as an extent", "RW 8 FLAT \"/dev/zero\" 0\n")
                        .refused(Use.READ, "/dev/zero"),
                descriptor("an extent of 2^63 sectors", "RW 9223372036854775807 ZERO\n")
                        .refused(Use.READ, "2^63 bytes"),
                descriptor("an extent of more", "RW 9999999999999999999 ZERO\n")
                        .refusedButSnapshots("9999999999999999999 sectors"),
                descriptor("an extent from far on", "RW 8 FLAT \"image\" 9999999999999999\n"),
                descriptor("no extents", ""),
                descriptor("more extents than files can be open", "RW 8 ZERO\n".repeat(70_000))
                        .refusedButSnapshots("more than 4096 extents"),
                descriptor("a type of its own", "RW 8 SESPARSE \"image\"\n")
                        .refused(Use.READ, "SESPARSE"),
                descriptor("a line of blanks", "ddb.x =" + " ".repeat(900_000) + "\"x\"x\n"),
                descriptor("a line of digits", "RW " + "9".repeat(900_000) + " FLAT \"x\"\n"),
                descriptor("a megabyte and more", "#" + "x".repeat(1 << 20))
                        .refusedButSnapshots("descriptor"),
                descriptor("a content id of letters", "CID=xyz\n")
                        .refusedButSnapshots("not a hex number"),
                descriptor("an encoding of its own", "encoding=\"nonsense \u00ff\"\nRW 8 ZERO\n"),
                descriptor(
                                "a parent that it is",
                                "parentCID=12345678\nparentFileNameHint=\"image\"\nRW 8 ZERO\n")
                        .refused(Use.READ, "backing file of itself"),
                descriptor(
                                "a parent elsewhere",
                                "parentCID=1\nparentFileNameHint=\"/etc/passwd\"\nRW 8 ZERO\n")
                        .refused(Use.READ, "/etc/passwd"));
    }
}
