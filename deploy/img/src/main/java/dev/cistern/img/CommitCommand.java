package dev.cistern.img;

import dev.cistern.image.BackingFiles;
import dev.cistern.image.ImageException;
import dev.cistern.image.ImageInUseException;
import dev.cistern.image.storage.Access;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** {@code commit}: what an image has of its own goes into one below it. */
final class CommitCommand implements Command {
    @Override
    public Options.Known known() {
        return new Options.Known("b:df:hpqr:t:", "help=h", "object:", "image-opts");
    }

    @Override
    public int run(Console console, Options options) throws Failure, IOException {
        var file = options.onlyFile();
        CacheMode.require("cache", options.last("t"));
        var rate = options.has("r") ? SizeText.require("rate limit", options.last("r").get()) : 0;
        var opening = new Opening(console, SecretObjects.of(console, options));
        var name = opening.settled(ImageName.of(console, options, file), Access.READ_WRITE);
        opening.requireBelow(name);
        var depth = depth(console, opening.lookAtAll(name), options.last("b"));
        var empties = !options.has("d") && options.last("b").isEmpty();
        var progress = new ProgressLine(console, options);
        try (var place = Place.of(name.path());
                var secret = opening.secret(name)) {
            BackingFiles.commit(
                    place.folder(),
                    place.file(),
                    depth,
                    empties,
                    Opening.options(name, Access.READ_WRITE, secret),
                    new RateLimit(progress, rate, System::nanoTime));
        } catch (ImageInUseException | ImageException.Locked e) {
            throw Reasons.ofOpening(name, true, e);
        }
        progress.end();
        if (!options.has("q")) {
            console.out().print("Image committed.\n");
        }
        return 0;
    }

    /** Of the image to write to, the one right below if none was named. */
    private static int depth(Console console, List<Opening.Member> chain, Optional<String> base)
            throws Failure, IOException {
        if (base.isEmpty()) {
            if (chain.size() < 2) {
                throw Failure.of("Image does not have a backing file");
            }
            return 1;
        }
        for (var depth = 1; depth < chain.size(); depth++) {
            if (isNamed(console, chain.getFirst().name(), chain.get(depth).name(), base.get())) {
                return depth;
            }
        }
        throw Failure.of(
                "Did not find '%s' in the backing chain of '%s'"
                        .formatted(base.get(), chain.getFirst().name().display()));
    }

    /** A name counts from the folder one is in, or from that of the image. */
    private static boolean isNamed(Console console, ImageName top, ImageName member, String name)
            throws IOException {
        return !name.isEmpty()
                && (isSame(console.resolve(name), member.path())
                        || isSame(top.path().resolveSibling(name), member.path()));
    }

    private static boolean isSame(Path one, Path other) throws IOException {
        try {
            return Files.isSameFile(one, other);
        } catch (NoSuchFileException _) {
            return false;
        }
    }
}
