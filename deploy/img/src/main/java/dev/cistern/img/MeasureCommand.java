package dev.cistern.img;

import dev.cistern.image.operations.Measure;
import dev.cistern.image.operations.NewImage;
import java.io.IOException;

/** {@code measure}: how long the file of a new image will be. */
final class MeasureCommand implements Command {
    /** Of the image that is not made. */
    private static final String NAME = "image";

    @Override
    public Options.Known known() {
        return new Options.Known(
                "hf:l:o:O:U",
                "help=h",
                "image-opts",
                "object:",
                "output:",
                "size:",
                "force-share=U");
    }

    @Override
    public int run(Console console, Options options) throws Failure, IOException {
        var size =
                options.has("size")
                        ? SizeText.require("image size", options.last("size").orElseThrow())
                        : -1;
        var output = Output.of(options);
        if (options.operands().size() > 1) {
            throw Failure.of("At most one filename argument is allowed.");
        }
        if (size < 0 && options.operands().isEmpty()) {
            throw Failure.of("Either --size N or one filename must be specified.");
        }
        if (size >= 0 && !options.operands().isEmpty()) {
            throw Failure.of("--size N cannot be used together with a filename.");
        }
        var list = OptionList.parse(OptionList.join(options.all("o")).orElse(""));
        print(console, output, measure(console, options, list, size));
        return 0;
    }

    private static Measure measure(Console console, Options options, OptionList list, long size)
            throws Failure, IOException {
        var secrets = SecretObjects.of(console, options);
        var format = options.last("O").orElse("raw");
        if (size >= 0) {
            return Measure.ofEmpty(target(console, format, list, secrets), size);
        }
        var opening = new Opening(console, secrets);
        try (var source = new ConvertSource(console, options, opening).open(options.operands())) {
            return Measure.of(target(console, format, list, secrets), source);
        }
    }

    private static NewImage target(
            Console console, String format, OptionList list, SecretObjects secrets) throws Failure {
        var target = new ConvertTarget(format, list, false);
        try (var secret = target.secret(secrets)) {
            return target.image(secret, console, NAME);
        }
    }

    private static void print(Console console, Output output, Measure measure) {
        var bitmaps = measure.bitmaps();
        switch (output) {
            case HUMAN -> {
                console.out()
                        .print(
                                "required size: %d\nfully allocated size: %d\n"
                                        .formatted(measure.required(), measure.fullyAllocated()));
                if (bitmaps.isPresent()) {
                    console.out().print("bitmaps size: %d\n".formatted(bitmaps.getAsLong()));
                }
            }
            case JSON ->
                    console.out()
                            .print(
                                    "{\n%s    \"required\": %d,\n    \"fully-allocated\": %d\n}\n"
                                            .formatted(
                                                    bitmaps.isPresent()
                                                            ? "    \"bitmaps\": %d,\n"
                                                                    .formatted(bitmaps.getAsLong())
                                                            : "",
                                                    measure.required(),
                                                    measure.fullyAllocated()));
        }
    }
}
