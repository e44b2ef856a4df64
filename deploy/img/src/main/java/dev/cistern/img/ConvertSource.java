package dev.cistern.img;

import dev.cistern.image.DiskImage;
import dev.cistern.image.Images;
import dev.cistern.image.OpenGate;
import dev.cistern.image.Secrets;
import dev.cistern.image.operations.Concatenation;
import dev.cistern.image.storage.Access;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a command line names as the source: an image, a snapshot in one, or several images. */
final class ConvertSource {
    private final Console console;
    private final Options options;
    private final Opening opening;

    ConvertSource(Console console, Options options, Opening opening) {
        this.console = console;
        this.options = options;
        this.opening = opening;
    }

    /** Opens the images of some operands, as one if they are several. */
    DiskImage open(List<String> operands) throws Failure, IOException {
        var snapshot = snapshot();
        if (snapshot.isPresent() && operands.size() > 1) {
            throw Failure.of("No support for concatenating multiple snapshot");
        }
        var images = new ArrayList<DiskImage>();
        var done = false;
        try {
            for (var operand : operands) {
                var name = opening.settled(ImageName.of(console, options, operand), Access.READ);
                images.add(
                        snapshot.isPresent()
                                ? openSnapshot(name, snapshot.get())
                                : opening.chain(name, Access.READ).top());
            }
            done = true;
            return images.size() == 1 ? images.getFirst() : new Concatenation(images);
        } finally {
            if (!done) {
                for (var image : images) {
                    image.close();
                }
            }
        }
    }

    /** Written as a name or id, or as {@code snapshot.id=…} or {@code snapshot.name=…}. */
    private Optional<String> snapshot() {
        var text = options.last("l");
        if (text.isEmpty() || !text.get().startsWith("snapshot.")) {
            return text;
        }
        var list = OptionList.parse(text.get());
        return list.get("snapshot.id").or(() -> list.get("snapshot.name"));
    }

    private DiskImage openSnapshot(ImageName name, String snapshot) throws Failure {
        try (var place = Place.of(name.path());
                var secret = opening.secret(name)) {
            return Images.openSnapshot(
                    place.folder(),
                    place.file(),
                    snapshot,
                    OpenGate.anywhere(),
                    secret == null ? Secrets.none() : Secrets.ofTop(secret));
        } catch (NoSuchFileException _) {
            throw Failure.of("Failed to load snapshot: Can't find snapshot");
        } catch (IOException e) {
            throw Reasons.ofOpening(name, false, e);
        }
    }
}
