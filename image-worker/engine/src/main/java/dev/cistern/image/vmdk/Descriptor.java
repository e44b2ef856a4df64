package dev.cistern.image.vmdk;

import dev.cistern.image.ImageException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text that describes a disk (VMware Virtual Disk Format 5.0, "The descriptor file"). Lines
 * that mean nothing here are kept as they are.
 *
 * @param cid content id
 * @param parentCid content id of the parent, {@link #NO_PARENT} for none
 * @param parentHint file name of the parent, empty for none
 */
record Descriptor(
        String text,
        Charset encoding,
        String createType,
        long cid,
        long parentCid,
        String parentHint,
        List<Extent> extents) {
    static final String SIGNATURE = "# Disk DescriptorFile";
    static final long NO_PARENT = 0xffffffffL;
    static final String CID = "CID";
    static final String PARENT_CID = "parentCID";
    static final String PARENT_HINT = "parentFileNameHint";
    static final String CREATE_TYPE = "createType";

    /** Longer ones make no sense; QEMU's limit on the file is the same order. */
    static final int MAX_BYTES = 1 << 20;

    private static final int SECTOR = 512;

    /** Each costs an open file; 8 TiB of extents of 2 GiB. */
    static final int MAX_EXTENTS = 4096;

    /** {@code ACCESS SECTORS TYPE "FILE" OFFSET}; a ZERO extent has no file. */
    private static final Pattern EXTENT =
            Pattern.compile(
                    "(RW|RDONLY|NOACCESS)\\s++(\\d{1,19})\\s++([A-Z]++)(?:\\s++\"([^\"]*+)\"(?:\\s++(\\d{1,16}))?.*+)?");

    /** Possessive throughout: a line of a megabyte is looked at once. */
    private static final Pattern ENTRY =
            Pattern.compile("\\s*+([\\w.]++)\\s*+=\\s*+\"?([^\"]*+)\"?\\s*+");

    Descriptor {
        extents = List.copyOf(extents);
    }

    /**
     * A run of the disk's sectors.
     *
     * @param access RW, RDONLY or NOACCESS
     * @param file name as written; empty for an extent of zeroes
     * @param offset where it begins in a file that is as it is, sectors
     */
    record Extent(String access, long sectors, String type, String file, long offset) {
        boolean flat() {
            return "FLAT".equals(type) || "VMFS".equals(type);
        }

        Extent withSectors(long other) {
            return new Extent(access, other, type, file, offset);
        }

        Extent inFile(String other) {
            return new Extent(access, sectors, type, other, offset);
        }

        String line() {
            if (file.isEmpty()) {
                return "%s %d %s".formatted(access, sectors, type);
            }
            return "%s %d %s \"%s\"%s"
                    .formatted(access, sectors, type, file, flat() ? " " + offset : "");
        }
    }

    /** What the bytes say, in the encoding that they name themselves. */
    static Descriptor decode(byte[] bytes, String name) throws ImageException {
        var plain = parse(new String(bytes, StandardCharsets.ISO_8859_1), name);
        var encoding = encoding(plain);
        try {
            var text = encoding.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return parse(text, encoding, name);
        } catch (CharacterCodingException _) {
            return plain;
        }
    }

    /** Any bytes can be read and written again as ISO 8859-1. */
    private static Charset encoding(Descriptor plain) {
        try {
            var named = Charset.forName(plain.entry("encoding").orElse("UTF-8"));
            return named.canEncode() ? named : StandardCharsets.ISO_8859_1;
        } catch (IllegalCharsetNameException | UnsupportedCharsetException _) {
            return StandardCharsets.ISO_8859_1;
        }
    }

    /** What a text says that has no encoding of its own. */
    static Descriptor parse(String text, String name) throws ImageException {
        return parse(text, StandardCharsets.ISO_8859_1, name);
    }

    static Descriptor parse(String text, Charset encoding, String name) throws ImageException {
        var createType = "";
        var cid = NO_PARENT;
        var parentCid = NO_PARENT;
        var parentHint = "";
        var extents = new ArrayList<Extent>();
        for (var line : text.lines().toList()) {
            var extent = EXTENT.matcher(line.strip());
            var entry = ENTRY.matcher(line);
            if (extent.matches()) {
                extents.add(extent(extent, name));
                requireFew(extents, name);
            } else if (entry.matches()) {
                var value = entry.group(2).strip();
                switch (entry.group(1).toLowerCase(Locale.ROOT)) {
                    case "createtype" -> createType = value;
                    case "cid" -> cid = hex(value, CID, name);
                    case "parentcid" -> parentCid = hex(value, PARENT_CID, name);
                    case "parentfilenamehint" -> parentHint = value;
                    default -> {}
                }
            }
        }
        if (createType.isEmpty()) {
            throw new ImageException.Corrupt(name + ": the descriptor has no createType");
        }
        return new Descriptor(text, encoding, createType, cid, parentCid, parentHint, extents);
    }

    private static Extent extent(Matcher line, String name) throws ImageException.Corrupt {
        var file = line.group(4);
        var offset = line.group(5);
        try {
            return new Extent(
                    line.group(1),
                    Long.parseLong(line.group(2)),
                    line.group(3),
                    file == null ? "" : file,
                    offset == null ? 0 : Long.parseLong(offset));
        } catch (NumberFormatException _) {
            throw new ImageException.Corrupt(
                    "%s: the descriptor has an extent of %s sectors"
                            .formatted(name, line.group(2)));
        }
    }

    private static void requireFew(List<Extent> extents, String name)
            throws ImageException.Corrupt {
        if (extents.size() > MAX_EXTENTS) {
            throw new ImageException.Corrupt(
                    "%s: the descriptor has more than %d extents".formatted(name, MAX_EXTENTS));
        }
    }

    private static long hex(String text, String key, String name) throws ImageException.Corrupt {
        try {
            return Integer.toUnsignedLong(Integer.parseUnsignedInt(text, 16));
        } catch (NumberFormatException _) {
            throw new ImageException.Corrupt(
                    "%s: %s in the descriptor is '%s', not a hex number"
                            .formatted(name, key, text));
        }
    }

    byte[] bytes() {
        return text.getBytes(encoding);
    }

    /** Whether an image lies below. */
    boolean hasParent() {
        return parentCid != NO_PARENT && !parentHint.isEmpty();
    }

    /** Bytes that a guest sees. */
    long capacity(String name) throws ImageException.Corrupt {
        var sectors = 0L;
        for (var extent : extents) {
            sectors += extent.sectors();
            if (sectors < 0 || sectors > Long.MAX_VALUE / SECTOR) {
                throw new ImageException.Corrupt(
                        name + ": the extents of the descriptor sum up to more than 2^63 bytes");
            }
        }
        return sectors * SECTOR;
    }

    /** The value of an entry, the first if there are several. */
    Optional<String> entry(String key) {
        return text.lines()
                .map(ENTRY::matcher)
                .filter(line -> line.matches() && line.group(1).equalsIgnoreCase(key))
                .map(line -> line.group(2).strip())
                .findFirst();
    }

    /** The same with another value of an entry, which is quoted if it was or is new. */
    Descriptor with(String key, String value) throws ImageException {
        var lines = new ArrayList<String>();
        var found = false;
        for (var line : text.lines().toList()) {
            var entry = ENTRY.matcher(line);
            if (entry.matches() && entry.group(1).equalsIgnoreCase(key)) {
                found = true;
                var quote = line.indexOf('"') >= 0 ? "\"" : "";
                var head = line.substring(0, line.indexOf('=') + 1);
                var space = line.startsWith(" ", head.length()) ? " " : "";
                lines.add(head + space + quote + value + quote);
            } else {
                lines.add(line);
            }
        }
        if (!found) {
            addNew(lines, key, value);
        }
        return ofLines(lines);
    }

    /** What belongs to the header follows the createType, anything else is last. */
    private static void addNew(List<String> lines, String key, String value) {
        if (key.startsWith("ddb.")) {
            lines.add("%s = \"%s\"".formatted(key, value));
            return;
        }
        var at = 0;
        while (at < lines.size() && !isEntry(lines.get(at), CREATE_TYPE)) {
            at++;
        }
        lines.add(Math.min(lines.size(), at + 1), "%s=\"%s\"".formatted(key, value));
    }

    private static boolean isEntry(String line, String key) {
        var entry = ENTRY.matcher(line);
        return entry.matches() && entry.group(1).equalsIgnoreCase(key);
    }

    /** The same without an entry. */
    Descriptor without(String key) throws ImageException {
        return ofLines(text.lines().filter(line -> !isEntry(line, key)).toList());
    }

    /** The same with other extents, in the place of those that there are. */
    Descriptor withExtents(List<Extent> others) throws ImageException {
        var lines = new ArrayList<String>();
        var added = false;
        for (var line : text.lines().toList()) {
            if (!EXTENT.matcher(line.strip()).matches()) {
                lines.add(line);
            } else if (!added) {
                others.forEach(extent -> lines.add(extent.line()));
                added = true;
            }
        }
        return ofLines(lines);
    }

    /** The same over another parent. */
    Descriptor over(String hint, long contentId) throws ImageException {
        return with(PARENT_CID, hex(contentId)).with(PARENT_HINT, hint);
    }

    /** The same over none. */
    Descriptor alone() throws ImageException {
        return with(PARENT_CID, hex(NO_PARENT)).without(PARENT_HINT);
    }

    /** The same with the geometry that BIOSes are told for a capacity in bytes. */
    Descriptor withGeometryOf(long capacity) throws ImageException {
        var heads = entry("ddb.geometry.heads");
        return heads.isPresent() && heads.get().matches("[1-9]\\d{0,4}")
                ? with(
                        "ddb.geometry.cylinders",
                        String.valueOf(
                                NewDescriptor.cylinders(capacity, Integer.parseInt(heads.get()))))
                : this;
    }

    private Descriptor ofLines(List<String> lines) throws ImageException {
        return parse(String.join("\n", lines) + "\n", encoding, "the new descriptor");
    }

    /** A content id as it is written. */
    static String hex(long contentId) {
        return "%08x".formatted(contentId);
    }
}
