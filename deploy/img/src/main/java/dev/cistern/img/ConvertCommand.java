package dev.cistern.img;

import dev.cistern.image.DiskImage;
import dev.cistern.image.operations.Salvaged;
import java.io.IOException;
import java.util.Optional;

/** {@code convert}: the content of an image in another one. */
final class ConvertCommand implements Command {
    @Override
    public Options.Known known() {
        return new Options.Known(
                "hf:O:B:CcF:o:l:S:pt:T:qnm:WUr:",
                "help=h",
                "source-format:=f",
                "object:",
                "image-opts",
                "target-image-opts",
                "force-share=U",
                "salvage",
                "target-is-zero",
                "bitmaps",
                "skip-broken-bitmaps");
    }

    @Override
    public int run(Console console, Options options) throws Failure, IOException {
        var arguments = CopyArguments.of(options);
        var list = OptionList.join(options.all("o")).orElse("");
        requireTogether(options);
        if (OptionList.asksForHelp(list)) {
            CreateCommand.help(console, format(options), !options.operands().isEmpty());
            return 0;
        }
        if (options.operands().size() < 2) {
            throw Failure.of("Must specify image file name");
        }
        CacheMode.require("source cache", options.last("T"));
        var secrets = SecretObjects.of(console, options);
        var opening = new Opening(console, secrets);
        var operands = options.operands();
        var sources = operands.subList(0, operands.size() - 1);
        require(
                sources.size() == 1 || !options.has("bitmaps"),
                "Copying bitmaps only possible with single source");
        try (var _ = new Cancellation();
                var image = new ConvertSource(console, options, opening).open(sources)) {
            var bitmaps = bitmaps(console, options, image);
            var source = options.has("salvage") ? salvaged(console, options, image) : image;
            var work =
                    new ConvertWork(console, options, arguments, opening, secrets, source, bitmaps);
            if (options.has("n")) {
                work.fill(operands.getLast());
            } else {
                work.make(operands.getLast(), OptionList.parse(list), sources.size());
            }
        }
        return 0;
    }

    /** The format of the target. */
    static String format(Options options) {
        return options.last("O").orElse("raw");
    }

    private static Optional<ConvertBitmaps> bitmaps(
            Console console, Options options, DiskImage image) throws Failure {
        return options.has("bitmaps")
                ? Optional.of(ConvertBitmaps.of(console, image, options.has("skip-broken-bitmaps")))
                : Optional.empty();
    }

    /** What is lost is told in the C library's words for it, whatever the reason. */
    private static DiskImage salvaged(Console console, Options options, DiskImage image) {
        return new Salvaged(
                image,
                (offset, _) -> {
                    if (!options.has("q")) {
                        console.report(
                                "warning: error while reading offset %d: Input/output error"
                                        .formatted(offset));
                    }
                });
    }

    private static void requireTogether(Options options) throws Failure {
        require(
                !options.has("C") || !options.has("c"),
                "Cannot enable copy offloading when -c is used");
        require(
                !options.has("C") || !options.has("S"),
                "Cannot enable copy offloading when -S is used");
        require(
                !options.has("C") || !options.has("salvage"),
                "Cannot use copy offloading in salvaging mode");
        require(
                !options.has("skip-broken-bitmaps") || options.has("bitmaps"),
                "Use of --skip-broken-bitmaps requires --bitmaps");
        require(
                options.has("n") || !options.has("target-image-opts"),
                "--target-image-opts requires use of -n flag");
        require(
                options.has("n") || !options.has("target-is-zero"),
                "--target-is-zero requires use of -n flag");
    }

    /** Refuses a command line. */
    static void require(boolean holds, String message) throws Failure {
        if (!holds) {
            throw Failure.of(message);
        }
    }
}
