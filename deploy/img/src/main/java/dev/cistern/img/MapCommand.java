package dev.cistern.img;

import dev.cistern.image.ImageChain;
import dev.cistern.image.MapRun;
import dev.cistern.image.storage.Access;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.OptionalLong;

/** {@code map}: where the bytes that a guest reads are stored. */
final class MapCommand implements Command {
    @Override
    public Options.Known known() {
        return new Options.Known(
                "hf:s:l:U",
                "help=h",
                "format:=f",
                "output:",
                "object:",
                "image-opts",
                "force-share=U",
                "start-offset:=s",
                "max-length:=l");
    }

    @Override
    public int run(Console console, Options options) throws Failure, IOException {
        var start = 0L;
        var most = Long.MAX_VALUE;
        for (var given : options.given()) {
            switch (given.name()) {
                case "s" -> start = SizeText.require("start offset", given.value());
                case "l" -> most = SizeText.require("max length", given.value());
                default -> {}
            }
        }
        var file = options.onlyFile();
        var output = Output.of(options);
        var secrets = SecretObjects.of(console, options);
        var opening = new Opening(console, secrets);
        var name = opening.settled(ImageName.of(console, options, file), Access.READ);
        try (var chain = opening.chain(name, Access.READ)) {
            var files =
                    opening.lookAtAll(name).stream().map(member -> member.name().file()).toList();
            var length = Math.clamp(chain.top().capacity() - start, 0, most);
            switch (output) {
                case HUMAN -> human(console.out(), chain, files, start, length);
                case JSON -> json(console.out(), chain, start, length);
            }
        }
        return 0;
    }

    /** Ends the listing. */
    private static final class Unmappable extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private static void human(
            PrintStream out, ImageChain chain, List<String> files, long start, long length)
            throws Failure, IOException {
        out.print("%-16s%-16s%-16s%s\n".formatted("Offset", "Length", "Mapped to", "File"));
        if (length == 0) {
            return;
        }
        try {
            MapRun.of(
                    chain.top(),
                    start,
                    length,
                    run -> {
                        if (run.data() && run.offset().isEmpty()) {
                            throw new Unmappable();
                        }
                        if (run.data() && !run.zero()) {
                            out.print(row(run, files.get(run.depth())));
                        }
                    });
        } catch (Unmappable _) {
            throw Failure.of("File contains external, encrypted or compressed clusters.");
        }
    }

    private static String row(MapRun run, String file) {
        return "%-16s%-16s%-16s%s\n"
                .formatted(hex(run.start()), hex(run.length()), hex(run.offset().orElse(0)), file);
    }

    private static String hex(long number) {
        return number == 0 ? "0" : "0x" + Long.toHexString(number);
    }

    private static void json(PrintStream out, ImageChain chain, long start, long length)
            throws IOException {
        out.print("[");
        if (length == 0) {
            out.print(
                    object(
                            new MapRun(
                                    start,
                                    0,
                                    0,
                                    false,
                                    false,
                                    false,
                                    false,
                                    OptionalLong.empty())));
        }
        MapRun.Runs print =
                run -> {
                    if (run.start() > start) {
                        out.print(",\n");
                    }
                    out.print(object(run));
                };
        if (length > 0) {
            MapRun.of(chain.top(), start, length, print);
        }
        out.print("]\n");
    }

    /** QEMU 8.2 has added {@code compressed}. */
    private static String object(MapRun run) {
        var text =
                new StringBuilder("{ \"start\": ")
                        .append(run.start())
                        .append(", \"length\": ")
                        .append(run.length())
                        .append(", \"depth\": ")
                        .append(run.depth())
                        .append(", \"present\": ")
                        .append(run.present())
                        .append(", \"zero\": ")
                        .append(run.zero())
                        .append(", \"data\": ")
                        .append(run.data())
                        .append(", \"compressed\": ")
                        .append(run.compressed());
        run.offset().ifPresent(offset -> text.append(", \"offset\": ").append(offset));
        return text.append('}').toString();
    }
}
