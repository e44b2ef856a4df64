package dev.cistern.img;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * How a command line names an image.
 *
 * @param display all that was given, for messages
 * @param file the file's name as given
 * @param path the file
 * @param format by QEMU's name; empty to tell it by the content
 * @param keySecret id of the passphrase
 * @param shared whether others may write to it meanwhile
 */
record ImageName(
        String display,
        String file,
        Path path,
        Optional<String> format,
        Optional<String> keySecret,
        boolean shared) {
    private static final Set<String> WITHOUT_EFFECT =
            Set.of(
                    "read-only",
                    "auto-read-only",
                    "cache.direct",
                    "cache.no-flush",
                    "detect-zeroes",
                    "discard",
                    "node-name",
                    "file.aio",
                    "file.driver",
                    "file.locking",
                    "file.node-name",
                    "file.read-only",
                    "lazy-refcounts");

    /**
     * The image that the options {@code -f}, {@code -U} and {@code --image-opts} and an operand
     * name.
     */
    static ImageName of(Console console, Options options, String operand) throws Failure {
        return of(console, options, operand, options.last("f"));
    }

    /** The same with another option for the format. */
    static ImageName of(Console console, Options options, String operand, Optional<String> format)
            throws Failure {
        if (!options.has("image-opts")) {
            return ofFile(console, operand, format, options.has("U"));
        }
        if (format.isPresent()) {
            throw Failure.of("--image-opts and --format are mutually exclusive");
        }
        return ofOptions(console, operand, options.has("U"));
    }

    /** The image in a file. */
    static ImageName ofFile(Console console, String name, Optional<String> format, boolean shared)
            throws Failure {
        var file = name.startsWith("file:") ? name.substring("file:".length()) : name;
        requireFile(name, file);
        return new ImageName(file, file, console.resolve(file), format, Optional.empty(), shared);
    }

    /** QEMU takes what comes before a colon, if no slash does, for a protocol. */
    private static void requireFile(String display, String file) throws Failure {
        var colon = file.indexOf(':');
        var slash = file.indexOf('/');
        if (display.equals(file) && colon >= 0 && (slash < 0 || colon < slash)) {
            throw Failure.of(
                    "Could not open '%s': Unknown protocol '%s'"
                            .formatted(display, file.substring(0, colon)));
        }
        if (file.isEmpty()) {
            throw Failure.of(
                    "Could not open '%s': The 'file' block driver requires a file name"
                            .formatted(display));
        }
    }

    /** The image that a list of options names. */
    static ImageName ofOptions(Console console, String text, boolean shared) throws Failure {
        var list = OptionList.parse(text);
        var driver = list.get("driver");
        if (driver.isEmpty() && list.get("file.filename").isEmpty()) {
            throw Failure.of(
                    "Could not open '%s': Must specify either driver or file".formatted(text));
        }
        var plain = driver.filter("file"::equals).isPresent();
        var key = plain ? "filename" : "file.filename";
        var file = list.get(key);
        if (file.isEmpty()) {
            throw Failure.of(
                    "Could not open '%s': %s"
                            .formatted(
                                    text,
                                    plain
                                            ? "The 'file' block driver requires a file name"
                                            : "A block device must be specified for \"file\""));
        }
        requireKnown(list, key, text, driver.orElse("file"));
        return new ImageName(
                text,
                file.get(),
                console.resolve(file.get()),
                plain ? Optional.of("raw") : driver,
                list.get("encrypt.key-secret"),
                shared || OptionList.flag("force-share", list.get("force-share").orElse("off")));
    }

    private static void requireKnown(OptionList list, String file, String text, String driver)
            throws Failure {
        for (var entry : list.entries()) {
            if (!entry.key().equals(file)
                    && !WITHOUT_EFFECT.contains(entry.key())
                    && !Set.of("driver", "force-share", "encrypt.format", "encrypt.key-secret")
                            .contains(entry.key())) {
                throw Failure.of(
                        "Could not open '%s': Block format '%s' does not support the option '%s'"
                                .formatted(text, driver, entry.key()));
            }
        }
    }

    /** The same with a format that has been found out. */
    ImageName withFormat(String other) {
        return new ImageName(display, file, path, Optional.of(other), keySecret, shared);
    }

    /** The same, whoever writes to it meanwhile. */
    ImageName asShared() {
        return new ImageName(display, file, path, format, keySecret, true);
    }

    /** The same, with everyone else kept off. */
    ImageName asLocked() {
        return new ImageName(display, file, path, format, keySecret, false);
    }

    /** The file that this image names as lying below it. */
    ImageName below(Console console, String reference, Optional<String> otherFormat) {
        var name = reference.startsWith("file:") ? reference.substring(5) : reference;
        var folder = name.startsWith("/") ? "" : file.substring(0, file.lastIndexOf('/') + 1);
        return new ImageName(
                folder + name,
                folder + name,
                console.resolve(folder + name),
                otherFormat,
                Optional.empty(),
                false);
    }

    /** A text of the engine's, which has whole paths, with paths as the user writes them. */
    String shown(String text) {
        var real = path.toAbsolutePath().normalize();
        var given = file.substring(0, file.lastIndexOf('/') + 1);
        var folder = Objects.requireNonNullElse(real.getParent(), real).toString();
        var result = text.replace(real.toString(), file).replace(folder + "/", given);
        return text.equals(path.toString()) ? file : result;
    }
}
