package dev.cistern.worker.command;

import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.CreateOptions;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.Images;
import dev.cistern.image.Preallocation;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lays new images out as they are asked for. */
final class NewImage {
    private NewImage() {}

    /**
     * Lays an image out on empty storage, which the caller syncs.
     *
     * @throws ProblemException if the format cannot be like that; services refuse that too
     */
    static void create(String format, long capacity, ImageOptions options, Storage storage)
            throws IOException {
        try {
            var usual = CreateOptions.of(format, capacity);
            if (usual.format() == ImageFormat.QCOW2) {
                Images.create(capacity, qcow2(options), storage);
            } else {
                Images.create(
                        new CreateOptions(usual.format(), capacity, preallocation(options)),
                        storage);
            }
        } catch (IllegalArgumentException e) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST, "%s: %s".formatted(format, e.getMessage()));
        }
    }

    private static Qcow2Options qcow2(ImageOptions options) {
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
                Optional.empty());
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
