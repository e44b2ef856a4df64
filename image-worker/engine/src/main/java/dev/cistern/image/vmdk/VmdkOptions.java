package dev.cistern.image.vmdk;

import dev.cistern.image.Preallocation;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a vmdk image is to be, besides its capacity.
 *
 * @param hardwareVersion of the virtual machines that it is for
 * @param toolsVersion of VMware's guest tools; the default says that they are none of VMware's
 * @param zeroedGrains whether ranges of zeroes can be told without storing them; QEMU and newer
 *     VMware products know that
 * @param parent the image below, of which only sparse ones can have one
 * @param preallocation how much of the space of flat extents is taken at once
 */
public record VmdkOptions(
        Subformat subformat,
        Adapter adapter,
        String hardwareVersion,
        String toolsVersion,
        boolean zeroedGrains,
        Optional<Parent> parent,
        Preallocation preallocation) {
    /** What QEMU makes if it is not told otherwise. */
    public static final VmdkOptions DEFAULT =
            new VmdkOptions(
                    Subformat.MONOLITHIC_SPARSE,
                    Adapter.IDE,
                    "4",
                    "2147483647",
                    false,
                    Optional.empty(),
                    Preallocation.OFF);

    /** How the data are stored, by the descriptor's words. */
    public enum Subformat {
        /** All in one file that grows. */
        MONOLITHIC_SPARSE("monolithicSparse", false, false),
        /** A descriptor, and the data as they are in another file. */
        MONOLITHIC_FLAT("monolithicFlat", true, false),
        /** A descriptor, and files that grow, each for 2 GiB. */
        TWO_GB_SPARSE("twoGbMaxExtentSparse", false, true),
        /** A descriptor, and the data as they are in files of 2 GiB. */
        TWO_GB_FLAT("twoGbMaxExtentFlat", true, true),
        /** Compressed, in one file that is written once, from its beginning to its end. */
        STREAM_OPTIMIZED("streamOptimized", false, false);

        private final String text;
        private final boolean flat;
        private final boolean split;

        Subformat(String text, boolean flat, boolean split) {
            this.text = text;
            this.flat = flat;
            this.split = split;
        }

        /** The descriptor's word, which is QEMU's too. */
        public String text() {
            return text;
        }

        /** Whether the data are stored as they are. */
        public boolean flat() {
            return flat;
        }

        /** Whether there is a file for each 2 GiB. */
        public boolean split() {
            return split;
        }

        /** A subformat by its word. */
        public static Optional<Subformat> of(String text) {
            return Arrays.stream(values()).filter(known -> known.text.equals(text)).findFirst();
        }
    }

    /** The disk controller that the image is meant for. */
    public enum Adapter {
        /** IDE. */
        IDE("ide", 16),
        /** LSI Logic's SCSI. */
        LSI_LOGIC("lsilogic", 255),
        /** BusLogic's SCSI. */
        BUS_LOGIC("buslogic", 255),
        /** That of ESX of old. */
        LEGACY_ESX("legacyESX", 255);

        private final String text;
        private final int heads;

        Adapter(String text, int heads) {
            this.text = text;
            this.heads = heads;
        }

        /** The descriptor's word, which is QEMU's too. */
        public String text() {
            return text;
        }

        /** Heads of the geometry that VMware tells BIOSes for a disk at it. */
        int heads() {
            return heads;
        }

        /** An adapter by its word. */
        public static Optional<Adapter> of(String text) {
            return Arrays.stream(values()).filter(known -> known.text.equals(text)).findFirst();
        }
    }

    /**
     * The image below.
     *
     * @param name its file, as the new image is to have it
     * @param contentId which it has now; once it has another, the new image cannot be read
     */
    public record Parent(String name, long contentId) {
        /** Refuses a name that cannot be written down. */
        public Parent {
            requireWritable("the name of the parent", name);
        }
    }

    /** Refuses what contradicts itself. */
    public VmdkOptions {
        if (subformat.flat() && parent.isPresent()) {
            throw new IllegalArgumentException("Flat image can't have backing file");
        }
        if (subformat.flat() && zeroedGrains) {
            throw new IllegalArgumentException("Flat image can't enable zeroed grain");
        }
        if (!subformat.flat() && preallocation != Preallocation.OFF) {
            throw new IllegalArgumentException(
                    "only flat extents can be preallocated, not those of a "
                            + subformat.text()
                            + " image");
        }
        requireWritable("the hardware version", hardwareVersion);
        requireWritable("the tools version", toolsVersion);
    }

    /** The descriptor has no way to write quotes and line breaks in a value. */
    static boolean isWritable(String value) {
        return !value.isEmpty() && value.chars().noneMatch(c -> c == '"' || c < ' ' || c == 0x7f);
    }

    static void requireWritable(String what, String value) {
        if (!isWritable(value)) {
            throw new IllegalArgumentException(
                    "%s is '%s'; it must have characters, and no quotes or control characters"
                            .formatted(what, value));
        }
    }

    /** The same in a subformat. */
    public VmdkOptions withSubformat(Subformat other) {
        return new VmdkOptions(
                other, adapter, hardwareVersion, toolsVersion, zeroedGrains, parent, preallocation);
    }

    /** The same for an adapter. */
    public VmdkOptions withAdapter(Adapter other) {
        return new VmdkOptions(
                subformat,
                other,
                hardwareVersion,
                toolsVersion,
                zeroedGrains,
                parent,
                preallocation);
    }

    /** The same for virtual machines of another version. */
    public VmdkOptions withHardwareVersion(String other) {
        return new VmdkOptions(
                subformat, adapter, other, toolsVersion, zeroedGrains, parent, preallocation);
    }

    /** The same with another version of the guest tools. */
    public VmdkOptions withToolsVersion(String other) {
        return new VmdkOptions(
                subformat, adapter, hardwareVersion, other, zeroedGrains, parent, preallocation);
    }

    /** The same with zeroed grains. */
    public VmdkOptions withZeroedGrains() {
        return new VmdkOptions(
                subformat, adapter, hardwareVersion, toolsVersion, true, parent, preallocation);
    }

    /** The same over an image. */
    public VmdkOptions over(Parent below) {
        return new VmdkOptions(
                subformat,
                adapter,
                hardwareVersion,
                toolsVersion,
                zeroedGrains,
                Optional.of(below),
                preallocation);
    }

    /** The same with space taken at once. */
    public VmdkOptions withPreallocation(Preallocation mode) {
        return new VmdkOptions(
                subformat, adapter, hardwareVersion, toolsVersion, zeroedGrains, parent, mode);
    }
}
