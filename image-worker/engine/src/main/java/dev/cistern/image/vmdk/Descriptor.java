package dev.cistern.image.vmdk;

import dev.cistern.image.ImageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text that describes a disk (VMware Virtual Disk Format 5.0, "The descriptor file").
 *
 * @param cid content id
 * @param parentCid content id of the parent, {@link #NO_PARENT} for none
 * @param parentHint file name of the parent, empty for none
 */
record Descriptor(
        String createType, long cid, long parentCid, String parentHint, List<Extent> extents) {
    static final String SIGNATURE = "# Disk DescriptorFile";
    static final long NO_PARENT = 0xffffffffL;

    /** Longer ones make no sense; QEMU's limit on the file is the same order. */
    static final int MAX_BYTES = 1 << 20;

    private static final int SECTOR = 512;
    private static final int MAX_EXTENTS = 65_536;

    /** {@code ACCESS SECTORS TYPE "FILE" OFFSET}; a ZERO extent has no file. */
    private static final Pattern EXTENT =
            Pattern.compile(
                    "(RW|RDONLY|NOACCESS)\\s+(\\d{1,19})\\s+([A-Z]+)(?:\\s+\"([^\"]*)\"(?:\\s+(\\d{1,16}))?.*)?");

    private static final Pattern ENTRY =
            Pattern.compile("\\s*([\\w.]+)\\s*=\\s*\"?([^\"]*)\"?\\s*");

    Descriptor {
        extents = List.copyOf(extents);
    }

    /**
     * A run of the disk's sectors.
     *
     * @param file name as written; empty for an extent of zeroes
     * @param offset where it begins in a file that is as it is, sectors
     */
    record Extent(long sectors, String type, String file, long offset) {}

    static Descriptor parse(String text, String name) throws ImageException {
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
                switch (entry.group(1).toLowerCase(Locale.ROOT)) {
                    case "createtype" -> createType = entry.group(2);
                    case "cid" -> cid = hex(entry.group(2), "CID", name);
                    case "parentcid" -> parentCid = hex(entry.group(2), "parentCID", name);
                    case "parentfilenamehint" -> parentHint = entry.group(2);
                    default -> {}
                }
            }
        }
        if (createType.isEmpty()) {
            throw new ImageException.Corrupt(name + ": the descriptor has no createType");
        }
        return new Descriptor(createType, cid, parentCid, parentHint, extents);
    }

    private static Extent extent(Matcher line, String name) throws ImageException.Corrupt {
        var file = line.group(4);
        var offset = line.group(5);
        try {
            return new Extent(
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
            return Integer.toUnsignedLong(Integer.parseUnsignedInt(text.strip(), 16));
        } catch (NumberFormatException _) {
            throw new ImageException.Corrupt(
                    "%s: %s in the descriptor is '%s', not a hex number"
                            .formatted(name, key, text));
        }
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
}
