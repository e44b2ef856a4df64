package dev.cistern.worker.command;

import dev.cistern.common.message.ImageEncryption;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.CreateOptions;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.Images;
import dev.cistern.image.Preallocation;
import dev.cistern.image.crypto.LuksOptions;
import dev.cistern.image.operations.Conversion;
import dev.cistern.image.operations.NewImage.Qcow2;
import dev.cistern.image.operations.NewImage.Raw;
import dev.cistern.image.operations.NewImage.Vmdk;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.storage.Storage;
import dev.cistern.image.vmdk.NewFiles;
import dev.cistern.image.vmdk.VmdkOptions;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A new image as it is asked for.
 *
 * @param name that its file will have, which a vmdk image has in it
 * @param keys with the passphrase of one that is encrypted
 */
record NewImage(String name, String format, ImageOptions options, Keys keys) {
    /**
     * Lays the image out on empty storage, which the caller syncs.
     *
     * @param extents makes the other files of an image of several, which are synced when this
     *     returns, and the caller's to close
     * @throws ProblemException if the format cannot be like that; services refuse that too
     */
    void create(long capacity, Storage storage, NewFiles extents) throws IOException {
        try {
            switch (ImageFormat.of(format).orElse(null)) {
                case RAW ->
                        Images.create(
                                new CreateOptions(
                                        ImageFormat.RAW, capacity, preallocation(options)),
                                storage);
                case QCOW2 -> Images.create(capacity, qcow2(options), storage);
                case VMDK ->
                        Images.create(
                                capacity,
                                vmdk(options),
                                name,
                                file -> file.equals(name) ? storage : extents.create(file));
                case null -> throw unsupported("there are no images of format '%s'", format);
            }
        } catch (IllegalArgumentException e) {
            throw refused(e);
        }
    }

    /**
     * The same for an image that is made with the content of another.
     *
     * @throws ProblemException likewise
     */
    Conversion conversion() {
        try {
            return Conversion.to(
                    switch (ImageFormat.of(format).orElse(null)) {
                        case RAW -> new Raw(preallocation(options));
                        case QCOW2 -> new Qcow2(qcow2(options), false);
                        case VMDK -> new Vmdk(vmdk(options), name);
                        case null ->
                                throw unsupported("there are no images of format '%s'", format);
                    });
        } catch (IllegalArgumentException e) {
            throw refused(e);
        }
    }

    /**
     * Lays a qcow2 image out over another one.
     *
     * @throws ProblemException likewise
     */
    void createOver(Qcow2Options.Backing below, long capacity, Storage storage) throws IOException {
        try {
            Images.create(
                    capacity, qcow2(options).withBacking(below.file(), below.format()), storage);
        } catch (IllegalArgumentException e) {
            throw refused(e);
        }
    }

    private ProblemException refused(IllegalArgumentException e) {
        return new ProblemException(
                ProblemCode.INVALID_REQUEST, "%s: %s".formatted(format, e.getMessage()));
    }

    private static VmdkOptions vmdk(ImageOptions options) {
        var usual = VmdkOptions.DEFAULT;
        var subformat = options.subformat();
        var adapter = options.adapterType();
        var hardware = options.hardwareVersion();
        return new VmdkOptions(
                subformat == null
                        ? usual.subformat()
                        : VmdkOptions.Subformat.of(subformat)
                                .orElseThrow(
                                        () ->
                                                unsupported(
                                                        "there are no vmdk images of subformat '%s'",
                                                        subformat)),
                adapter == null
                        ? usual.adapter()
                        : VmdkOptions.Adapter.of(adapter)
                                .orElseThrow(
                                        () ->
                                                new IllegalArgumentException(
                                                        "there is no adapter '%s'"
                                                                .formatted(adapter))),
                hardware == null ? usual.hardwareVersion() : hardware,
                usual.toolsVersion(),
                usual.zeroedGrains(),
                Optional.empty(),
                preallocation(options));
    }

    private static ProblemException unsupported(String message, String found) {
        return new ProblemException(ProblemCode.UNSUPPORTED, message.formatted(found));
    }

    private Qcow2Options qcow2(ImageOptions options) {
        var usual = Qcow2Options.DEFAULT;
        return new Qcow2Options(
                "0.10".equals(options.compat()) ? 2 : usual.version(),
                or(options.clusterSize(), usual.clusterSize()),
                or(options.refcountBits(), usual.refcountBits()),
                Boolean.TRUE.equals(options.extendedL2()),
                Boolean.TRUE.equals(options.lazyRefcounts()),
                "zstd".equals(options.compressionType()),
                Optional.empty(),
                Optional.empty(),
                preallocation(options),
                encryption(options));
    }

    private Optional<Qcow2Options.Encryption> encryption(ImageOptions options) {
        var wanted = options.encryption();
        if (wanted == null) {
            return Optional.empty();
        }
        if (!wanted.format().equals(ImageEncryption.LUKS) || wanted.secret() == null) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "an image is encrypted in the format luks, with a secret that is named");
        }
        return Optional.of(
                new Qcow2Options.Encryption(
                        LuksOptions.DEFAULT.withIterationTime(keys.trialTime()),
                        keys.of(wanted.secret())));
    }

    private static int or(@Nullable Integer wanted, int usual) {
        return wanted == null ? usual : wanted;
    }

    private static Preallocation preallocation(ImageOptions options) {
        var mode = options.preallocation();
        return mode == null
                ? Preallocation.OFF
                : Preallocation.of(mode)
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "there is no preallocation '%s'".formatted(mode)));
    }
}
