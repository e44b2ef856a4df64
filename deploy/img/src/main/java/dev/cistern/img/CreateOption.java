package dev.cistern.img;

import dev.cistern.image.ImageFormat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An option that {@code -o} takes, for new images or for those that there are.
 *
 * @param usual what it is if it is not given; empty if that is not told
 */
record CreateOption(String name, Kind kind, String help, String usual) {
    /** What values it takes. */
    enum Kind {
        TEXT("str"),
        FLAG("bool (on/off)"),
        NUMBER("num"),
        SIZE("size");

        private final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    private static final int COLUMN = 22;

    private static CreateOption text(String name, String help) {
        return new CreateOption(name, Kind.TEXT, help, "");
    }

    private static CreateOption flag(String name, String help) {
        return new CreateOption(name, Kind.FLAG, help, "");
    }

    private static CreateOption size(String name, String help) {
        return new CreateOption(name, Kind.SIZE, help, "");
    }

    private CreateOption usually(String value) {
        return new CreateOption(name, kind, help, value);
    }

    private static final CreateOption SIZE = size("size", "Virtual disk size");

    private static final List<CreateOption> FILE =
            List.of(
                    flag("nocow", "Turn off copy-on-write (valid only on btrfs)"),
                    text("preallocation", "Preallocation mode (allowed values: off, falloc, full)"),
                    size("extent_size_hint", "Extent size hint for the image file, 0 to disable"));

    private static final List<CreateOption> QCOW2 =
            List.of(
                    flag(
                            "encryption",
                            "Encrypt the image with format 'aes'. (Deprecated in favor of encrypt.format=aes)"),
                    text("encrypt.format", "Encrypt the image, format choices: 'aes', 'luks'"),
                    text(
                            "encrypt.key-secret",
                            "ID of secret providing qcow AES key or LUKS passphrase"),
                    text("encrypt.cipher-alg", "Name of encryption cipher algorithm"),
                    text("encrypt.cipher-mode", "Name of encryption cipher mode"),
                    text("encrypt.ivgen-alg", "Name of IV generator algorithm"),
                    text("encrypt.ivgen-hash-alg", "Name of IV generator hash algorithm"),
                    text("encrypt.hash-alg", "Name of encryption hash algorithm"),
                    new CreateOption(
                            "encrypt.iter-time",
                            Kind.NUMBER,
                            "Time to spend in PBKDF in milliseconds",
                            ""),
                    size("cluster_size", "qcow2 cluster size").usually("65536"),
                    flag("extended_l2", "Extended L2 tables").usually("off"),
                    text(
                            "preallocation",
                            "Preallocation mode (allowed values: off, metadata, falloc, full)"),
                    text(
                                    "compression_type",
                                    "Compression method used for image cluster compression")
                            .usually("zlib"),
                    SIZE,
                    text("compat", "Compatibility level (v2 [0.10] or v3 [1.1])"),
                    text("backing_file", "File name of a base image"),
                    text("backing_fmt", "Image format of the base image"),
                    text("data_file", "File name of an external data file"),
                    flag("data_file_raw", "The external data file must stay valid as a raw image"),
                    flag("lazy_refcounts", "Postpone refcount updates").usually("off"),
                    new CreateOption(
                            "refcount_bits",
                            Kind.NUMBER,
                            "Width of a reference count entry in bits",
                            "16"));

    private static final List<CreateOption> VMDK =
            List.of(
                    SIZE,
                    text(
                            "adapter_type",
                            "Virtual adapter type, can be one of ide (default), lsilogic, buslogic or legacyESX"),
                    text("backing_file", "File name of a base image"),
                    text("backing_fmt", "Must be 'vmdk' if present"),
                    flag("compat6", "VMDK version 6 image").usually("off"),
                    text("hwversion", "VMDK hardware version").usually("undefined"),
                    text("toolsversion", "VMware guest tools version"),
                    text(
                            "subformat",
                            "VMDK flat extent format, can be one of {monolithicSparse (default) | monolithicFlat | twoGbMaxExtentSparse | twoGbMaxExtentFlat | streamOptimized} "),
                    flag(
                            "zeroed_grain",
                            "Enable efficient zero writes using the zeroed-grain GTE feature"));

    private static final Set<String> AMENDABLE =
            Set.of(
                    "backing_file",
                    "backing_fmt",
                    "compat",
                    "data_file",
                    "data_file_raw",
                    "encrypt.iter-time",
                    "lazy_refcounts",
                    "refcount_bits",
                    "size");

    private static final List<CreateOption> OF_SLOTS =
            List.of(
                    text(
                            "encrypt.state",
                            "Select new state of affected keyslots (active/inactive)"),
                    new CreateOption(
                            "encrypt.keyslot",
                            Kind.NUMBER,
                            "Select a single keyslot to modify explicitly",
                            ""),
                    text("encrypt.old-secret", "Select all keyslots that match this password"),
                    text(
                            "encrypt.new-secret",
                            "New secret to set in the matching keyslots. Empty string to erase"));

    /** Those that qcow2 images take that there are. */
    static List<CreateOption> ofAmendment() {
        return Stream.concat(
                        QCOW2.stream().filter(option -> AMENDABLE.contains(option.name)),
                        OF_SLOTS.stream())
                .toList();
    }

    /** The options of a format, in the order in which QEMU names their values. */
    static List<CreateOption> of(ImageFormat format) {
        return switch (format) {
            case RAW -> List.of(SIZE);
            case QCOW2 -> QCOW2;
            case VMDK -> VMDK;
        };
    }

    /** The same with those of the file that the image is to be in. */
    static List<CreateOption> withFile(ImageFormat format) {
        var options = new ArrayList<>(of(format));
        FILE.stream()
                .filter(
                        added ->
                                options.stream()
                                        .noneMatch(option -> option.name.equals(added.name)))
                .forEach(options::add);
        return options;
    }

    static Optional<CreateOption> find(List<CreateOption> options, String name) {
        return options.stream().filter(option -> option.name.equals(name)).findFirst();
    }

    /** The options with what they are, by name. */
    static String help(List<CreateOption> options) {
        var text = new StringBuilder();
        options.stream()
                .sorted(Comparator.comparing(CreateOption::name))
                .forEach(option -> text.append(option.line()));
        return text.toString();
    }

    private String line() {
        var head = "%s=<%s>".formatted(name, kind.word);
        return "  %s%s - %s\n"
                .formatted(head, " ".repeat(Math.max(0, COLUMN - head.length())), help);
    }

    /** A value in the form in which QEMU tells it. */
    String normalised(String value) throws Failure {
        return switch (kind) {
            case TEXT -> value;
            case FLAG -> flag(value);
            case NUMBER -> number(value);
            case SIZE -> Long.toUnsignedString(SizeText.requireOption(name, value));
        };
    }

    private String flag(String value) throws Failure {
        var _ = OptionList.flag(name, value);
        return value;
    }

    private String number(String value) throws Failure {
        if (!value.matches("\\d{1,18}")) {
            throw Failure.of("Parameter '%s' expects a number".formatted(name));
        }
        return value;
    }
}
