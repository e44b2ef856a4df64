package dev.cistern.img;

import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.Preallocation;
import dev.cistern.image.storage.Access;
import java.io.IOException;
import java.util.List;

/** {@code resize}: another capacity. */
final class ResizeCommand implements Command {
    private static final int SECTOR = 512;

    @Override
    public Options.Known known() {
        return new Options.Known(
                "f:hq", "help=h", "object:", "preallocation:", "image-opts", "shrink");
    }

    /** The size comes last, and what begins with a minus there is no option. */
    @Override
    public Options read(List<String> words) throws Failure {
        if (words.size() < 2) {
            throw Failure.ofUsage("Not enough arguments");
        }
        return Options.read(known(), words.subList(0, words.size() - 1)).and(words.getLast());
    }

    @Override
    public int run(Console console, Options options) throws Failure, IOException {
        var operands = options.operands();
        if (operands.size() != 2) {
            throw Failure.ofUsage("Expecting image file name and size");
        }
        var mode = preallocation(options);
        var size = operands.getLast();
        var relative = size.startsWith("+") || size.startsWith("-");
        var amount = SizeText.requireOption("size", relative ? size.substring(1) : size);
        var secrets = SecretObjects.of(console, options);
        var opening = new Opening(console, secrets);
        var named = ImageName.of(console, options, operands.getFirst());
        var name = opening.settled(named, Access.READ_WRITE);
        try (var chain = opening.chain(name, Access.READ_WRITE)) {
            var image = chain.top();
            var now = image.capacity();
            var wanted = relative ? size.startsWith("+") ? now + amount : now - amount : amount;
            requirePossible(options, mode, now, wanted, image.format());
            resize(image, wanted);
            preallocate(image, mode, now);
        }
        if (!options.has("q")) {
            console.out().print("Image resized.\n");
        }
        return 0;
    }

    private static Preallocation preallocation(Options options) throws Failure {
        var mode = options.last("preallocation");
        if (mode.isEmpty()) {
            return Preallocation.OFF;
        }
        return Preallocation.of(mode.get())
                .orElseThrow(
                        () -> Failure.of("Invalid preallocation mode '%s'".formatted(mode.get())));
    }

    private static void requirePossible(
            Options options, Preallocation mode, long now, long wanted, ImageFormat format)
            throws Failure {
        if (wanted <= 0) {
            throw Failure.of("New image size must be positive");
        }
        if (wanted <= now && mode != Preallocation.OFF) {
            throw Failure.of("Preallocation can only be used for growing images");
        }
        if (wanted < now && !options.has("shrink")) {
            throw Failure.ofLines(
                    List.of(
                            "Use the --shrink option to perform a shrink operation.",
                            "warning: Shrinking an image will delete all data beyond the shrunken image's end. Before performing such an operation, make sure there is no important data there."));
        }
        if (format != ImageFormat.RAW && wanted % SECTOR != 0) {
            throw Failure.of("The new size must be a multiple of 512");
        }
        var metadata = mode == Preallocation.METADATA;
        if (metadata && format == ImageFormat.RAW) {
            throw Failure.of("Unsupported preallocation mode: metadata");
        }
    }

    /** Changes the capacity. */
    static void resize(DiskImage image, long wanted) throws Failure, IOException {
        try {
            image.resize(Math.ceilDiv(wanted, SECTOR) * (long) SECTOR);
        } catch (ImageException.OutOfRange e) {
            throw Failure.of(
                    image.format() == ImageFormat.QCOW2
                            ? "Failed to grow the L1 table: File too large"
                            : String.valueOf(e.getMessage()));
        } catch (ImageException.Unsupported e) {
            throw Failure.of(String.valueOf(e.getMessage()));
        }
    }

    private static void preallocate(DiskImage image, Preallocation mode, long from)
            throws IOException {
        var length = image.capacity() - from;
        switch (mode) {
            case OFF -> {}
            case METADATA, FALLOC, FULL -> image.zero(from, length, DiskImage.Space.KEEP);
        }
    }
}
