package dev.cistern.img;

import dev.cistern.image.BackingFile;
import dev.cistern.image.BackingFiles;
import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.storage.Access;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** {@code rebase}: another image below, or none. */
final class RebaseCommand implements Command {
    /** QEMU's limit, bytes (qcow2 spec, "backing_file_size"). */
    private static final int LONGEST_NAME = 1023;

    @Override
    public Options.Known known() {
        return new Options.Known(
                "F:T:Ub:f:hpqt:u", "help=h", "object:", "image-opts", "force-share=U");
    }

    @Override
    public int run(Console console, Options options) throws Failure, IOException {
        var file = options.onlyFile();
        if (!options.has("u") && options.last("b").isEmpty()) {
            throw Failure.ofUsage("Must specify backing file (-b) or use unsafe mode (-u)");
        }
        CacheMode.require("cache", options.last("t"));
        CacheMode.require("source cache", options.last("T"));
        var opening = new Opening(console, SecretObjects.of(console, options));
        var name =
                opening.settled(ImageName.of(console, options, file).asLocked(), Access.READ_WRITE);
        var wanted = options.last("b").filter(text -> !text.isEmpty());
        var rebase = new Rebase(console, options, opening, name, wanted, options.last("F"));
        if (options.has("u")) {
            rebase.rename();
        } else {
            rebase.run();
        }
        return 0;
    }

    /**
     * What is to be done.
     *
     * @param name the image, settled
     * @param wanted the image that is to lie below
     * @param format of that
     */
    private record Rebase(
            Console console,
            Options options,
            Opening opening,
            ImageName name,
            Optional<String> wanted,
            Optional<String> format) {
        /** Changes the name alone. */
        void rename() throws Failure {
            requireKnownFormat();
            var below = below();
            try (var place = Place.of(name.path())) {
                if (Opening.format(name) != ImageFormat.QCOW2) {
                    throw refused("Operation not supported");
                }
                BackingFiles.rename(place.folder(), place.file(), below);
            } catch (ImageException.OutOfRange _) {
                throw refused("No space left in the file header");
            } catch (IOException e) {
                throw Reasons.ofOpening(name, true, e);
            }
        }

        /** Copies up what would read otherwise. */
        void run() throws Failure, IOException {
            try (var chain = opening.chain(name, Access.READ_WRITE)) {
                requireKnownFormat();
                var other = wanted.isPresent() ? Optional.of(open()) : Optional.<DiskImage>empty();
                var done = false;
                try {
                    if (!(chain.top() instanceof Qcow2Image image)) {
                        throw refused("Operation not supported");
                    }
                    var progress = new ProgressLine(console, options);
                    image.rebase(other, below(), progress);
                    progress.end();
                    done = true;
                } finally {
                    if (!done && other.isPresent()) {
                        other.get().close();
                    }
                }
            }
        }

        private void requireKnownFormat() throws Failure {
            if (format.isPresent() && ImageFormat.of(format.get()).isEmpty()) {
                throw Failure.of("Invalid format name: '%s'".formatted(format.get()));
            }
        }

        private Optional<BackingFile> below() throws Failure {
            if (wanted.isEmpty()) {
                return Optional.empty();
            }
            if (format.isEmpty()) {
                throw refused("backing format must be specified");
            }
            if (wanted.get().getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
                throw refused("Invalid argument");
            }
            return Optional.of(new BackingFile(wanted.get(), format));
        }

        private DiskImage open() throws Failure {
            var below = name.below(console, wanted.orElseThrow(), format);
            below = options.has("U") ? below.asShared() : below;
            try {
                return opening.chain(opening.settled(below, Access.READ), Access.READ).top();
            } catch (Failure e) {
                throw e.in(
                        "Could not open '%s': ".formatted(below.display()),
                        "Could not open new backing file '%s': ".formatted(wanted.orElseThrow()));
            }
        }

        private Failure refused(String reason) {
            return Failure.of(
                    "Could not change the backing file to '%s': %s"
                            .formatted(wanted.orElse(""), reason));
        }
    }
}
