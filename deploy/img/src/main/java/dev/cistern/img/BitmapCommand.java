package dev.cistern.img;

import dev.cistern.image.BitmapInfo;
import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageChain;
import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.Qcow2Bitmaps;
import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.storage.Access;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code bitmap}: which parts of an image were written to. */
final class BitmapCommand implements Command {
    private static final Set<String> ACTIONS =
            Set.of("add", "remove", "clear", "enable", "disable", "merge");

    private static final int SMALLEST_GRANULARITY = 512;
    private static final long LARGEST_GRANULARITY = 1L << 31;
    private static final int LONGEST_NAME = 1023;

    @Override
    public Options.Known known() {
        return new Options.Known(
                "b:f:F:g:h",
                "help=h",
                "object:",
                "image-opts",
                "source-file:=b",
                "source-format:=F",
                "granularity:=g",
                "add",
                "remove",
                "clear",
                "enable",
                "disable",
                "merge:");
    }

    @Override
    public int run(Console console, Options options) throws Failure, IOException {
        var actions =
                options.given().stream().filter(option -> ACTIONS.contains(option.name())).toList();
        var granularity = requireSense(options, actions);
        var operands = options.operands();
        if (operands.size() != 2) {
            throw Failure.of("Expecting filename and bitmap name");
        }
        var opening = new Opening(console, SecretObjects.of(console, options));
        var name =
                opening.settled(
                        ImageName.of(console, options, operands.getFirst()), Access.READ_WRITE);
        try (var chain = opening.chain(name, Access.READ_WRITE);
                var source = source(console, options, opening)) {
            var from = source == null ? chain.top() : source.top();
            var work = new Work(name.file(), chain.top(), operands.getLast(), granularity, from);
            for (var action : actions) {
                work.run(action);
            }
        }
        return 0;
    }

    /** Refuses what does not go together; the granularity asked for is returned, 0 if none was. */
    private static long requireSense(Options options, List<Options.Given> actions) throws Failure {
        var asked = options.last("g");
        var granularity = asked.isEmpty() ? 0 : SizeText.require("granularity", asked.get());
        if (actions.isEmpty()) {
            throw Failure.of(
                    "Need at least one of --add, --remove, --clear, --enable, --disable, or --merge");
        }
        if (granularity != 0 && !options.has("add")) {
            throw Failure.of("granularity only supported with --add");
        }
        if (options.has("F") && !options.has("b")) {
            throw Failure.of("-F only supported with -b");
        }
        if (options.has("b") && !options.has("merge")) {
            throw Failure.of("Merge bitmap source file only supported with --merge");
        }
        return granularity;
    }

    /** The image that bitmaps are merged from, if it is another one. */
    private static @Nullable ImageChain source(Console console, Options options, Opening opening)
            throws Failure {
        var file = options.last("b");
        if (file.isEmpty()) {
            return null;
        }
        var name = ImageName.ofFile(console, file.get(), options.last("F"), false);
        return opening.chain(opening.settled(name, Access.READ), Access.READ);
    }

    /**
     * Actions on one bitmap.
     *
     * @param granularity of a bitmap to add, bytes; 0 for the image's own
     * @param source where bitmaps are merged from
     */
    private record Work(
            String file, DiskImage image, String bitmap, long granularity, DiskImage source) {
        void run(Options.Given action) throws Failure, IOException {
            try {
                apply(action);
            } catch (Failure e) {
                throw e.after(
                        "Operation %s on bitmap %s failed: ".formatted(action.name(), bitmap));
            }
        }

        private void apply(Options.Given action) throws Failure, IOException {
            switch (action.name()) {
                case "add" -> add();
                case "remove" -> existing(image, bitmap).remove(bitmap);
                case "clear" -> consistent(image, bitmap).clear(bitmap);
                case "enable" -> consistent(image, bitmap).setRecording(bitmap, true);
                case "disable" -> consistent(image, bitmap).setRecording(bitmap, false);
                default -> merge(action.value());
            }
        }

        private void add() throws Failure, IOException {
            requirePossible();
            if (!(image instanceof Qcow2Image qcow2)) {
                throw Failure.of(
                        "Can't store persistent bitmaps to %s: Operation not supported"
                                .formatted(file));
            }
            var bitmaps = qcow2.bitmaps();
            if (!bitmaps.possible()) {
                throw notPersistent("Cannot store dirty bitmaps in qcow2 v2 files");
            }
            if (find(bitmaps, bitmap).isPresent()) {
                throw Failure.of("Bitmap already exists: " + bitmap);
            }
            if (bitmap.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
                throw notPersistent(
                        "Name length exceeds maximum (%d characters)".formatted(LONGEST_NAME));
            }
            var bytes = granularity == 0 ? bitmaps.defaultGranularity() : granularity;
            try {
                bitmaps.add(bitmap, bytes, true);
            } catch (ImageException.OutOfRange e) {
                throw notPersistent(Reasons.of(e));
            }
        }

        private void requirePossible() throws Failure {
            if (bitmap.isEmpty()) {
                throw Failure.of("Bitmap name cannot be empty");
            }
            if (granularity != 0
                    && (Long.bitCount(granularity) != 1
                            || granularity < SMALLEST_GRANULARITY
                            || granularity > LARGEST_GRANULARITY)) {
                throw Failure.of("Granularity must be power of 2 and at least 512");
            }
        }

        private Failure notPersistent(String reason) {
            return Failure.of(
                    "Can't make bitmap '%s' persistent in '%s': %s"
                            .formatted(bitmap, file, reason));
        }

        private void merge(String other) throws Failure, IOException {
            existing(image, bitmap);
            existing(source, other);
            var into = consistent(image, bitmap);
            var parts = consistent(source, other).dirty(other);
            if (parts.capacity() != image.capacity()) {
                throw Failure.of(
                        "Bitmaps are of different sizes (destination size is %d, source size is %d) and can't be merged"
                                .formatted(image.capacity(), parts.capacity()));
            }
            into.merge(bitmap, parts);
        }

        private static Qcow2Bitmaps existing(DiskImage image, String name) throws Failure {
            if (image instanceof Qcow2Image qcow2 && find(qcow2.bitmaps(), name).isPresent()) {
                return qcow2.bitmaps();
            }
            throw Failure.of("Dirty bitmap '%s' not found".formatted(name));
        }

        private static Qcow2Bitmaps consistent(DiskImage image, String name) throws Failure {
            var bitmaps = existing(image, name);
            if (find(bitmaps, name).orElseThrow().inconsistent()) {
                throw Failure.of("Bitmap '%s' is inconsistent and cannot be used".formatted(name))
                        .withHint(
                                "Try block-dirty-bitmap-remove to delete this bitmap from disk\n");
            }
            return bitmaps;
        }

        private static Optional<BitmapInfo> find(Qcow2Bitmaps bitmaps, String name) {
            return bitmaps.list().stream().filter(one -> one.name().equals(name)).findFirst();
        }
    }
}
