package dev.cistern.img;

import dev.cistern.image.DiskImage;
import dev.cistern.image.operations.Compare;
import dev.cistern.image.operations.CopyOptions;
import dev.cistern.image.storage.Access;
import java.io.IOException;
import java.io.PrintStream;
import java.util.OptionalLong;

/** {@code compare}: whether a guest reads the same of two images. */
final class CompareCommand implements Command {
    private static final int DIFFERENT = 1;
    private static final int TROUBLE = 2;

    /** QEMU names the sector in which a difference is. */
    private static final int SECTOR = 512;

    @Override
    public Options.Known known() {
        return new Options.Known("hf:F:T:pqsU", "help=h", "object:", "image-opts", "force-share=U");
    }

    @Override
    public int run(Console console, Options options) throws Failure, IOException {
        var operands = options.operands();
        if (operands.size() != 2) {
            throw Failure.ofUsage("Expecting two image file names");
        }
        try {
            CacheMode.require("source cache", options.last("T"));
            var opening = new Opening(console, SecretObjects.of(console, options));
            var first = ImageName.of(console, options, operands.getFirst());
            var second = ImageName.of(console, options, operands.getLast(), options.last("F"));
            try (var one = opening.chain(opening.settled(first, Access.READ), Access.READ);
                    var other = opening.chain(opening.settled(second, Access.READ), Access.READ)) {
                return compare(console, options, one.top(), other.top());
            }
        } catch (Failure e) {
            throw e.withStatus(TROUBLE);
        }
    }

    private static int compare(Console console, Options options, DiskImage one, DiskImage other)
            throws IOException {
        var progress = new ProgressLine(console, options);
        var out = console.out();
        var verdict = new Verdict(out, options.has("q"), one.capacity(), other.capacity());
        var strict = options.has("s");
        if (strict && verdict.sizesDiffer()) {
            return verdict.different("Strict mode: Image size mismatch!");
        }
        var content = Compare.firstDifference(one, other, CopyOptions.DEFAULT.threads(), progress);
        var layout = strict ? StrictComparison.firstDifference(one, other) : OptionalLong.empty();
        progress.end();
        return layout.isPresent() && layout.getAsLong() <= content.orElse(Long.MAX_VALUE)
                ? verdict.different(
                        "Strict mode: Offset %d block status mismatch!"
                                .formatted(layout.getAsLong()))
                : verdict.of(content);
    }

    /** Tells what came out. */
    private record Verdict(PrintStream out, boolean quiet, long one, long other) {
        boolean sizesDiffer() {
            return one != other;
        }

        private void tell(String text) {
            if (!quiet) {
                out.print(text + "\n");
            }
        }

        int different(String text) {
            tell(text);
            return DIFFERENT;
        }

        int of(OptionalLong difference) {
            if (sizesDiffer() && difference.orElse(Long.MAX_VALUE) >= Math.min(one, other)) {
                tell("Warning: Image size mismatch!");
            }
            if (difference.isPresent()) {
                var sector = difference.getAsLong() / SECTOR * SECTOR;
                return different("Content mismatch at offset %d!".formatted(sector));
            }
            tell("Images are identical.");
            return 0;
        }
    }
}
