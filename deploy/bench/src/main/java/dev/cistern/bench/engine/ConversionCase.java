package dev.cistern.bench.engine;

import dev.cistern.image.ImageFormat;
import dev.cistern.image.operations.Conversion;
import dev.cistern.image.operations.NewImage;
import dev.cistern.image.qcow2.Qcow2Options;
import java.util.ArrayList;
import java.util.List;

/**
 * A conversion, and who else does it.
 *
 * @param figure what it is called
 * @param source the source's file and format
 * @param peers command lines, with SOURCE and TARGET; those that name no program of QEMU's are what
 *     any copy costs
 */
record ConversionCase(String figure, Source source, NewImage target, List<String> peers) {
    /** What is converted. */
    enum Source {
        RAW("raw", ImageFormat.RAW, "cp --sparse=always SOURCE TARGET"),
        QCOW2("qcow2", ImageFormat.QCOW2, "qemu-img convert -f raw -O qcow2 SOURCE TARGET"),
        ZLIB(
                "zlib",
                ImageFormat.QCOW2,
                "qemu-img convert -m 16 -W -c -f raw -O qcow2 SOURCE TARGET"),
        ZSTD(
                "zstd",
                ImageFormat.QCOW2,
                "qemu-img convert -m 16 -W -c -o compression_type=zstd -f raw -O qcow2 SOURCE TARGET");

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
        var qcow2 = new NewImage.Qcow2(Qcow2Options.DEFAULT, false);
        var zlib = new NewImage.Qcow2(Qcow2Options.DEFAULT, true);
        var zstd = new NewImage.Qcow2(Qcow2Options.DEFAULT.withZstd(), true);
        return List.of(
                new ConversionCase(
                        "raw to raw",
                        Source.RAW,
                        NewImage.raw(),
                        peers("raw", "raw", "", "cp --sparse=always SOURCE TARGET")),
                new ConversionCase(
                        "raw to qcow2",
                        Source.RAW,
                        qcow2,
                        peers("raw", "qcow2", "", "cp --sparse=always SOURCE TARGET")),
                new ConversionCase(
                        "qcow2 to raw",
                        Source.QCOW2,
                        NewImage.raw(),
                        peers("qcow2", "raw", "", "cp --sparse=always SOURCE TARGET")),
                new ConversionCase(
                        "raw to qcow2, zlib", Source.RAW, zlib, peers("raw", "qcow2", "-c ")),
                new ConversionCase(
                        "raw to qcow2, zstd",
                        Source.RAW,
                        zstd,
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
