package dev.cistern.img;

import dev.cistern.image.ImageFormat;
import java.io.IOException;
import java.util.Optional;

/** {@code create}: a new image. */
final class CreateCommand implements Command {
    @Override
    public Options.Known known() {
        return new Options.Known("F:b:f:ho:qu", "help=h", "object:");
    }

    @Override
    public int run(Console console, Options options) throws Failure, IOException {
        var secrets = SecretObjects.of(console, options);
        var list = OptionList.join(options.all("o")).orElse("");
        var format = options.last("f").orElse("raw");
        if (OptionList.asksForHelp(list)) {
            help(console, format, !options.operands().isEmpty());
            return 0;
        }
        if (options.operands().isEmpty()) {
            throw Failure.ofUsage("Expecting image file name");
        }
        var file = options.operands().getFirst();
        var size = size(options);
        try {
            var request = new CreateRequest(console, options, file, format);
            var values = request.values(OptionList.parse(list), size);
            if (!options.has("q")) {
                console.out()
                        .print(
                                "Formatting '%s', fmt=%s%s\n"
                                        .formatted(file, format, values.told()));
                console.out().flush();
            }
            new NewImage(console, file, known(format), values, secrets).make();
        } catch (Failure e) {
            throw e.after(file + ": ");
        }
        return 0;
    }

    private static Optional<Long> size(Options options) throws Failure {
        var operands = options.operands();
        var size =
                operands.size() > 1
                        ? Optional.of(SizeText.require("image size", operands.get(1)))
                        : Optional.<Long>empty();
        if (operands.size() > 2) {
            throw Failure.ofUsage("Unexpected argument: " + operands.get(2));
        }
        return size;
    }

    /** Prints what {@code -o} takes for a format. */
    static void help(Console console, String format, boolean withFile) throws Failure {
        var known = known(format);
        console.out()
                .print(
                        withFile
                                ? "Supported options:\n"
                                        + CreateOption.help(CreateOption.withFile(known))
                                : """
                                  Supported %s options:
                                  %s
                                  The protocol level may support further options.
                                  Specify the target filename to include those options.
                                  """
                                        .formatted(
                                                format, CreateOption.help(CreateOption.of(known))));
    }

    private static ImageFormat known(String format) throws Failure {
        return ImageFormat.of(format)
                .orElseThrow(() -> Failure.of("Unknown file format '%s'".formatted(format)));
    }
}
