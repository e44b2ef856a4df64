package dev.cistern.bench.engine;

import dev.cistern.image.ImageFormat;
import dev.cistern.image.operations.Conversion;
import dev.cistern.image.operations.NewImage;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.vmdk.VmdkOptions;
import dev.cistern.image.vmdk.VmdkOptions.Subformat;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A conversion, and who else does it.
 *
 * @param figure what it is called
 * @param source the source's file and format
 * @param peers command lines, with SOURCE and TARGET; those that name no program of QEMU's are what
 *     any copy costs
 */
record ConversionCase(String figure, Source source, NewImage target, List<String> peers) {
    /** Of the file that is made. */
    static final String TARGET = "target";

    private static final String CP = "cp --sparse=always SOURCE TARGET";

    /** What is converted. */
    enum Source {
        RAW("raw", ImageFormat.RAW, CP),
        QCOW2("qcow2", ImageFormat.QCOW2, "qemu-img convert -f raw -O qcow2 SOURCE TARGET"),
        ZLIB(
                "zlib",
                ImageFormat.QCOW2,
                "qemu-img convert -m 16 -W -c -f raw -O qcow2 SOURCE TARGET"),
        ZSTD(
                "zstd",
                ImageFormat.QCOW2,
                "qemu-img convert -m 16 -W -c -o compression_type=zstd -f raw -O qcow2 SOURCE TARGET"),
        SPARSE("sparse", ImageFormat.VMDK, "qemu-img convert -f raw -O vmdk SOURCE TARGET"),
        STREAM(
                "stream",
                ImageFormat.VMDK,
                "qemu-img convert -m 16 -W -o subformat=streamOptimized -f raw -O vmdk SOURCE TARGET");

        private final String file;
        private final ImageFormat format;
        private final String maker;

        Source(String file, ImageFormat format, String maker) {
            this.file = file;
            this.format = format;
            this.maker = maker;
        }

        String file() {
            return file;
        }

        ImageFormat format() {
            return format;
        }

        /** Makes it of the raw source. */
        String maker() {
            return maker;
        }
    }

    static List<ConversionCase> all() {
        return Stream.of(plain(), packed(), vmdk()).flatMap(List::stream).toList();
    }

    private static List<ConversionCase> plain() {
        return List.of(
                new ConversionCase(
                        "raw to raw", Source.RAW, NewImage.raw(), peers("raw", "raw", "", CP)),
                new ConversionCase(
                        "raw to qcow2",
                        Source.RAW,
                        NewImage.qcow2(Qcow2Options.DEFAULT),
                        peers("raw", "qcow2", "", CP)),
                new ConversionCase(
                        "qcow2 to raw",
                        Source.QCOW2,
                        NewImage.raw(),
                        peers("qcow2", "raw", "", CP)));
    }

    private static List<ConversionCase> packed() {
        return List.of(
                new ConversionCase(
                        "raw to qcow2, zlib",
                        Source.RAW,
                        new NewImage.Qcow2(Qcow2Options.DEFAULT, true),
                        peers("raw", "qcow2", "-c ")),
                new ConversionCase(
                        "raw to qcow2, zstd",
                        Source.RAW,
                        new NewImage.Qcow2(Qcow2Options.DEFAULT.withZstd(), true),
                        peers("raw", "qcow2", "-c -o compression_type=zstd ")),
                new ConversionCase(
                        "qcow2, zlib, to raw",
                        Source.ZLIB,
                        NewImage.raw(),
                        peers("qcow2", "raw", "")),
                new ConversionCase(
                        "qcow2, zstd, to raw",
                        Source.ZSTD,
                        NewImage.raw(),
                        peers("qcow2", "raw", "")));
    }

    private static List<ConversionCase> vmdk() {
        return List.of(
                new ConversionCase(
                        "raw to vmdk, monolithicSparse",
                        Source.RAW,
                        vmdk(Subformat.MONOLITHIC_SPARSE),
                        peers("raw", "vmdk", "", CP)),
                new ConversionCase(
                        "raw to vmdk, streamOptimized",
                        Source.RAW,
                        vmdk(Subformat.STREAM_OPTIMIZED),
                        peers("raw", "vmdk", "-o subformat=streamOptimized ")),
                new ConversionCase(
                        "vmdk, monolithicSparse, to raw",
                        Source.SPARSE,
                        NewImage.raw(),
                        peers("vmdk", "raw", "", CP)),
                new ConversionCase(
                        "vmdk, streamOptimized, to raw",
                        Source.STREAM,
                        NewImage.raw(),
                        peers("vmdk", "raw", "")));
    }

    private static NewImage vmdk(Subformat subformat) {
        return new NewImage.Vmdk(VmdkOptions.DEFAULT.withSubformat(subformat), TARGET);
    }

    /** qemu-img as it is, and as it is fastest at most things; and others. */
    private static List<String> peers(String from, String to, String options, String... others) {
        var line = "convert %s-f %s -O %s SOURCE TARGET".formatted(options, from, to);
        var peers =
                new ArrayList<>(
                        List.of(
                                "qemu-img " + line,
                                "qemu-img " + line.replace("convert ", "convert -m 16 -W ")));
        peers.addAll(List.of(others));
        return peers;
    }

    Conversion conversion() {
        return Conversion.to(target);
    }
}
