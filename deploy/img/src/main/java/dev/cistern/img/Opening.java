package dev.cistern.img;

import dev.cistern.image.ImageChain;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.ImageInfo;
import dev.cistern.image.Images;
import dev.cistern.image.OpenGate;
import dev.cistern.image.OpenOptions;
import dev.cistern.image.Secret;
import dev.cistern.image.Secrets;
import dev.cistern.image.SnapshotInfo;
import dev.cistern.image.qcow2.Qcow2Inspector;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.FileStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Opens images by the names on the command line; what fails is told in QEMU's words. */
final class Opening {
    private final Console console;
    private final SecretObjects secrets;

    Opening(Console console, SecretObjects secrets) {
        this.console = console;
        this.secrets = secrets;
    }

    /**
     * An image of a chain.
     *
     * @param name with its format
     */
    record Member(ImageName name, ImageInfo info, List<SnapshotInfo> snapshots) {}

    /** The image with its format, found out if it was not given. */
    ImageName settled(ImageName name, Access access) throws Failure {
        requirePossible(name, access);
        try (var place = Place.of(name.path())) {
            if (name.format().isPresent()) {
                return name;
            }
            var format = place.probe();
            if (format == ImageFormat.RAW && access == Access.READ_WRITE) {
                warnOfRaw(name);
            }
            return name.withFormat(format.text());
        } catch (IOException e) {
            throw Reasons.ofOpening(name, access == Access.READ_WRITE, e);
        }
    }

    private static void requirePossible(ImageName name, Access access) throws Failure {
        var reason = "";
        if (name.format().isPresent() && ImageFormat.of(name.format().get()).isEmpty()) {
            reason = "Unknown driver '%s'".formatted(name.format().get());
        } else if (name.shared() && access == Access.READ_WRITE) {
            reason = "force-share=on can only be used with read-only images";
        } else if (Files.isDirectory(name.path())) {
            reason = "'file' driver requires '%s' to be a regular file".formatted(name.file());
        }
        if (!reason.isEmpty()) {
            throw Failure.of("Could not open '%s': %s".formatted(name.display(), reason));
        }
    }

    private void warnOfRaw(ImageName name) {
        console.err()
                .print(
                        """
                        WARNING: Image format was not specified for '%s' and probing guessed raw.
                                 Automatically detecting the format is dangerous for raw images, write operations on block 0 will be restricted.
                                 Specify the 'raw' format explicitly to remove the restrictions.
                        """
                                .formatted(name.file()));
    }

    /** Opens an image that is {@linkplain #settled settled}, and all that lie below it. */
    ImageChain chain(ImageName name, Access access) throws Failure {
        try (var place = Place.of(name.path());
                var secret = secret(name)) {
            return Images.openChain(place.folder(), place.file(), options(name, access, secret));
        } catch (IOException e) {
            throw Reasons.ofOpening(name, access == Access.READ_WRITE, e);
        }
    }

    /** What a settled image is opened with. */
    static OpenOptions options(ImageName name, Access access, @Nullable Secret secret) {
        var options = new OpenOptions(Optional.of(format(name)), access, OpenGate.anywhere());
        options = name.shared() ? options.withoutLocks() : options;
        return secret == null ? options : options.with(Secrets.ofTop(secret));
    }

    /** The passphrase that goes with a name, to be closed; null if the name has none. */
    @Nullable Secret secret(ImageName name) throws Failure {
        if (name.keySecret().isEmpty()) {
            return null;
        }
        try {
            return secrets.require(name.keySecret().get());
        } catch (Failure e) {
            throw e.after("Could not open '%s': ".formatted(name.display()));
        }
    }

    static ImageFormat format(ImageName name) {
        return name.format().flatMap(ImageFormat::of).orElse(ImageFormat.RAW);
    }

    /** Opens the file of an image. */
    FileStorage file(ImageName name, Access access) throws Failure {
        try (var place = Place.of(name.path())) {
            return place.open(access, name.shared());
        } catch (IOException e) {
            throw Reasons.ofOpening(name, access == Access.READ_WRITE, e);
        }
    }

    /** What an image that is settled says of itself, and the image. */
    Member look(ImageName name) throws Failure {
        try (var place = Place.of(name.path());
                var file = place.open(Access.READ, name.shared())) {
            var info = Images.info(place.folder(), place.file(), format(name));
            return new Member(
                    name,
                    info,
                    info.format() == ImageFormat.QCOW2
                            ? Qcow2Inspector.snapshots(file)
                            : List.of());
        } catch (IOException e) {
            throw Reasons.ofOpening(name, false, e);
        }
    }

    /** An image and all that lie below it. */
    List<Member> lookAtAll(ImageName top) throws Failure {
        var members = new ArrayList<Member>();
        members.add(look(settled(top, Access.READ)));
        for (var next = below(members.getLast());
                next.isPresent();
                next = below(members.getLast())) {
            requireNew(next.get(), members);
            members.add(look(settled(next.get(), Access.READ)));
        }
        return members;
    }

    private static void requireNew(ImageName name, List<Member> members) throws Failure {
        for (var above : members) {
            if (above.name().file().equals(name.file())) {
                throw Failure.of(
                        "Backing file '%s' creates an infinite loop.".formatted(name.file()));
            }
        }
    }

    /** Refuses an image below which something is missing; the image itself is not locked. */
    void requireBelow(ImageName top) throws Failure {
        var members = new ArrayList<Member>();
        members.add(look(top.asShared()));
        for (var next = below(members.getLast());
                next.isPresent();
                next = below(members.getLast())) {
            requireNew(next.get(), members);
            try {
                members.add(look(settled(next.get(), Access.READ)));
            } catch (Failure e) {
                throw e.in(
                        "Could not open '%s': ".formatted(next.get().display()),
                        "Could not open '%s': Could not open backing file: "
                                .formatted(top.display()));
            }
        }
    }

    /** What an image names as lying below it. */
    Optional<ImageName> below(Member member) {
        return member.info()
                .backingFile()
                .map(file -> member.name().below(console, file, member.info().backingFormat()));
    }
}
