package dev.cistern.img;

import dev.cistern.image.ImageFormat;
import dev.cistern.image.Preallocation;
import dev.cistern.image.Secret;
import dev.cistern.image.operations.NewImage;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a conversion or a measurement asks of a new image, by QEMU's options. Its capacity is the
 * source's; a size among the options has no effect, as with QEMU.
 */
final class ConvertTarget {
    private final ImageFormat format;
    private final CreateValues values;
    private final boolean compressed;

    /** A new image of a format by QEMU's name. */
    ConvertTarget(String format, OptionList list, boolean compressed) throws Failure {
        this.format =
                ImageFormat.of(format)
                        .orElseThrow(
                                () -> Failure.of("Unknown file format '%s'".formatted(format)));
        this.values = new CreateValues(CreateOption.withFile(this.format));
        this.compressed = compressed;
        values.takeAll(list);
    }

    /** Takes the image that is to lie below from other options than {@code -o}. */
    void takeBacking(Optional<String> file, Optional<String> backingFormat) throws Failure {
        take("backing_file", file, "Backing file");
        take("backing_fmt", backingFormat, "Backing file format");
    }

    private void take(String name, Optional<String> value, String what) throws Failure {
        if (value.isPresent()) {
            if (!values.knows(name)) {
                throw Failure.of(
                        "%s not supported for file format '%s'".formatted(what, format.text()));
            }
            values.put(name, value.get());
        }
    }

    /** The file that is to lie below. */
    Optional<String> backing() {
        return values.given("backing_file");
    }

    ImageFormat format() {
        return format;
    }

    /** Refuses what does not go together, in the order in which QEMU looks at it. */
    void requirePossible() throws Failure {
        if (backing().isPresent() && values.given("backing_fmt").isEmpty()) {
            throw Failure.of("Use of backing file requires explicit backing format");
        }
        if (!compressed) {
            return;
        }
        if (format == ImageFormat.RAW) {
            throw Failure.of("Compression not supported for this file format");
        }
        if (!"off".equals(values.given("preallocation").orElse("off"))) {
            throw Failure.of("Compression and preallocation not supported at the same time");
        }
    }

    /** The passphrase of an image that is to be encrypted, to be closed; null for another. */
    @Nullable Secret secret(SecretObjects secrets) throws Failure {
        if (format != ImageFormat.QCOW2 || new LuksRequest(values).options().isEmpty()) {
            return null;
        }
        var id =
                values.given("encrypt.key-secret")
                        .orElseThrow(
                                () ->
                                        Failure.of(
                                                "Parameter 'encrypt.key-secret' is required for cipher"));
        return secrets.require(id);
    }

    /**
     * The engine's description.
     *
     * @param secret what {@link #secret} has given
     * @param file what the image is to be called, from where names below it count
     */
    NewImage image(@Nullable Secret secret, Console console, String file) throws Failure {
        return switch (format) {
            case RAW -> new NewImage.Raw(rawPreallocation());
            case QCOW2 -> qcow2(secret);
            case VMDK ->
                    new NewImage.Vmdk(
                            new VmdkRequest(console, file, values).options(),
                            console.resolve(file).getFileName().toString());
        };
    }

    private NewImage qcow2(@Nullable Secret secret) throws Failure {
        var options = new Qcow2Request(values).options();
        if (options.dataFile().isPresent()) {
            throw Failure.of(
                    "A conversion makes one file; create an image with a data file, and convert to it with -n");
        }
        var luks = new LuksRequest(values).options();
        return new NewImage.Qcow2(
                luks.isPresent() && secret != null
                        ? options.withEncryption(luks.get(), secret)
                        : options,
                compressed);
    }

    private Preallocation rawPreallocation() throws Failure {
        var text = values.given("preallocation").orElse("off");
        var mode =
                Preallocation.of(text)
                        .orElseThrow(
                                () -> Failure.of("invalid parameter value: %s".formatted(text)));
        if (mode == Preallocation.METADATA) {
            throw Failure.of("Unsupported preallocation mode: metadata");
        }
        return mode;
    }
}
