package dev.cistern.img;

import dev.cistern.image.ContentSink;
import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageException;
import dev.cistern.image.ImageInUseException;
import dev.cistern.image.OpenGate;
import dev.cistern.image.Progress;
import dev.cistern.image.Secret;
import dev.cistern.image.operations.Conversion;
import dev.cistern.image.operations.Convert;
import dev.cistern.image.operations.Copy;
import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.storage.Access;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
        try (var source = new ConvertSource(console, options, opening).open(sources)) {
            var work = new Work(console, options, arguments, opening, secrets, source);
            if (options.has("n")) {
                work.fill(operands.getLast());
            } else {
                work.make(operands.getLast(), OptionList.parse(list), sources.size());
            }
        }
        return 0;
    }

    private static String format(Options options) {
        return options.last("O").orElse("raw");
    }

    private static void requireTogether(Options options) throws Failure {
        for (var name : List.of("bitmaps", "salvage", "skip-broken-bitmaps")) {
            if (options.has(name)) {
                throw Failure.of("This program has no --%s; use qemu-img for it".formatted(name));
            }
        }
        require(
                !options.has("C") || !options.has("c"),
                "Cannot enable copy offloading when -c is used");
        require(
                !options.has("C") || !options.has("S"),
                "Cannot enable copy offloading when -S is used");
        require(
                options.has("n") || !options.has("target-image-opts"),
                "--target-image-opts requires use of -n flag");
        require(
                options.has("n") || !options.has("target-is-zero"),
                "--target-is-zero requires use of -n flag");
    }

    private static void require(boolean holds, String message) throws Failure {
        if (!holds) {
            throw Failure.of(message);
        }
    }

    /** What is to be done with a source that is open. */
    private record Work(
            Console console,
            Options options,
            CopyArguments arguments,
            Opening opening,
            SecretObjects secrets,
            DiskImage source) {

        /** Makes a new image. */
        void make(String file, OptionList list, int sources) throws Failure, IOException {
            var format = format(options);
            var target = new ConvertTarget(format, list, options.has("c"));
            target.takeBacking(options.last("B"), options.last("F"));
            require(
                    sources == 1 || target.backing().isEmpty(),
                    "Having a backing file for the target makes no sense when concatenating multiple input images");
            target.requirePossible();
            CacheMode.require("cache", options.last("t"));
            var progress = new ProgressLine(console, options);
            try {
                make(file, target, progress);
            } catch (Failure e) {
                throw e.after("%s: error while converting %s: ".formatted(file, format));
            }
            progress.end();
        }

        private void make(String file, ConvertTarget target, Progress progress)
                throws Failure, IOException {
            try (var place = Place.ofNew(console.resolve(file));
                    var staged = StagedTarget.in(place);
                    var secret = target.secret(secrets)) {
                var conversion = conversion(file, target, secret, place, staged);
                Convert.into(
                        staged.folder(),
                        place.file(),
                        StagedTarget.FILE_MODE,
                        source,
                        conversion,
                        limited(progress));
                staged.publish();
            } catch (ImageInUseException _) {
                throw Reasons.ofLock(file, true);
            } catch (ImageException.OutOfRange e) {
                throw Failure.of(
                        "The image size is too large for file format '%s' (try using a larger cluster size)"
                                .formatted(target.format().text()));
            } catch (NoSuchFileException e) {
                throw Failure.of("Could not create '%s': %s".formatted(file, Reasons.of(e)));
            }
        }

        private Conversion conversion(
                String file,
                ConvertTarget target,
                @Nullable Secret secret,
                Place place,
                StagedTarget staged)
                throws Failure {
            var copy = arguments.copy();
            return Conversion.to(target.image(secret, console, file))
                    .copying(target.backing().isPresent() ? copy.ofOwnOnly() : copy)
                    .through(gate(place, staged));
        }

        /** Names in the new image count from where it is to be. */
        private static OpenGate gate(Place place, StagedTarget staged) {
            var there = place.folder().pathOf(place.file());
            return (reference, access, image) ->
                    OpenGate.anywhere()
                            .open(reference, access, image.equals(staged.path()) ? there : image);
        }

        private Progress limited(Progress progress) {
            return new RateLimit(progress, arguments.bytesPerSecond(), System::nanoTime);
        }

        /** Fills an image that there is. */
        void fill(String file) throws Failure, IOException {
            CacheMode.require("cache", options.last("t"));
            var name =
                    options.has("target-image-opts")
                            ? ImageName.ofOptions(console, file, false)
                            : ImageName.ofFile(console, file, Optional.of(format(options)), false);
            var progress = new ProgressLine(console, options);
            try (var chain =
                    opening.chain(opening.settled(name, Access.READ_WRITE), Access.READ_WRITE)) {
                require(
                        chain.top().capacity() >= source.capacity(),
                        "output file is smaller than input file");
                var sink = sink(chain.top());
                Copy.all(source, sink, arguments.copy(), limited(progress));
                sink.finish();
            }
            progress.end();
        }

        private ContentSink sink(DiskImage target) throws Failure, IOException {
            if (!options.has("c")) {
                return ContentSink.of(target, options.has("target-is-zero"));
            }
            if (!(target instanceof Qcow2Image image)) {
                throw Failure.of("Compression not supported for this file format");
            }
            return image.compressing();
        }
    }
}
