package dev.cistern.img;

import dev.cistern.image.ContentSink;
import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageException;
import dev.cistern.image.ImageInUseException;
import dev.cistern.image.Images;
import dev.cistern.image.OpenGate;
import dev.cistern.image.OpenOptions;
import dev.cistern.image.Progress;
import dev.cistern.image.Secrets;
import dev.cistern.image.operations.Conversion;
import dev.cistern.image.operations.Convert;
import dev.cistern.image.operations.Copy;
import dev.cistern.image.operations.NewImage;
import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.storage.Access;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/**
 * What {@code convert} does with a source that is open.
 *
 * @param bitmaps that the target gets too
 */
record ConvertWork(
        Console console,
        Options options,
        CopyArguments arguments,
        Opening opening,
        SecretObjects secrets,
        DiskImage source,
        Optional<ConvertBitmaps> bitmaps) {

    /** Makes a new image. */
    void make(String file, OptionList list, int sources) throws Failure, IOException {
        var format = ConvertCommand.format(options);
        var target = new ConvertTarget(format, list, options.has("c"));
        target.takeBacking(options.last("B"), options.last("F"));
        ConvertCommand.require(
                sources == 1 || target.backing().isEmpty(),
                "Having a backing file for the target makes no sense when concatenating multiple input images");
        target.requirePossible();
        CacheMode.require("cache", options.last("t"));
        var progress = new ProgressLine(console, options);
        var prefix = "%s: error while converting %s: ".formatted(file, format);
        try (var place = Place.ofNew(console.resolve(file));
                var staged = StagedTarget.in(place)) {
            try (var secret = target.secret(secrets)) {
                convert(target.image(secret, console, file), place, staged, target, progress);
            } catch (Failure e) {
                throw e.after(prefix);
            }
            takeBitmaps(target, place, staged);
            staged.publish();
        } catch (ImageInUseException _) {
            throw Reasons.ofLock(file, true).after(prefix);
        } catch (NoSuchFileException e) {
            throw Failure.of("Could not create '%s': %s".formatted(file, Reasons.of(e)))
                    .after(prefix);
        }
        progress.end();
    }

    private void convert(
            NewImage image,
            Place place,
            StagedTarget staged,
            ConvertTarget target,
            Progress progress)
            throws Failure, IOException {
        var copy = arguments.copy();
        var conversion =
                Conversion.to(image)
                        .copying(target.backing().isPresent() ? copy.ofOwnOnly() : copy)
                        .through(gate(place, staged));
        try {
            Convert.into(
                    staged.folder(),
                    place.file(),
                    StagedTarget.FILE_MODE,
                    source,
                    conversion,
                    limited(progress));
        } catch (ImageException.OutOfRange _) {
            throw Failure.of(
                    "The image size is too large for file format '%s' (try using a larger cluster size)"
                            .formatted(image.format().text()));
        }
    }

    private void takeBitmaps(ConvertTarget target, Place place, StagedTarget staged)
            throws Failure, IOException {
        if (bitmaps.isEmpty()) {
            return;
        }
        try (var secret = target.secret(secrets);
                var image =
                        Images.open(
                                staged.folder(),
                                place.file(),
                                new OpenOptions(
                                        Optional.of(target.format()),
                                        Access.READ_WRITE,
                                        gate(place, staged),
                                        secret == null ? Secrets.none() : Secrets.ofTop(secret)))) {
            bitmaps.get().copyTo(image);
        }
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
                        : ImageName.ofFile(
                                console, file, Optional.of(ConvertCommand.format(options)), false);
        var progress = new ProgressLine(console, options);
        try (var chain =
                opening.chain(opening.settled(name, Access.READ_WRITE), Access.READ_WRITE)) {
            ConvertCommand.require(
                    chain.top().capacity() >= source.capacity(),
                    "output file is smaller than input file");
            var sink = sink(chain.top());
            Copy.all(source, sink, arguments.copy(), limited(progress));
            sink.finish();
            if (bitmaps.isPresent()) {
                bitmaps.get().copyTo(chain.top());
            }
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
