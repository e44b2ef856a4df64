package dev.cistern.img;

import dev.cistern.image.ImageFormat;
import dev.cistern.image.storage.Access;
import java.util.Optional;

/** What a command line asks of a new image, put together from its options. */
final class CreateRequest {
    private final Console console;
    private final Options options;
    private final String file;
    private final String format;

    CreateRequest(Console console, Options options, String file, String format) {
        this.console = console;
        this.options = options;
        this.file = file;
        this.format = format;
    }

    /** All values, the size that is inherited from the image below among them. */
    CreateValues values(OptionList list, Optional<Long> size) throws Failure {
        var known =
                ImageFormat.of(format)
                        .orElseThrow(
                                () -> Failure.of("Unknown file format '%s'".formatted(format)));
        var values = new CreateValues(CreateOption.withFile(known));
        values.takeAll(list);
        take(options.last("b"), "backing_file", "Backing file", values);
        take(options.last("F"), "backing_fmt", "Backing file format", values);
        if (size.isPresent()) {
            if (values.given("size").isPresent()) {
                throw Failure.of("The image size must be specified only once");
            }
            values.put("size", String.valueOf(size.get()));
        }
        if (values.given("backing_file").isPresent()) {
            inherit(values, values.get("backing_file"), values.given("backing_fmt"));
        }
        if (values.given("size").isEmpty()) {
            throw Failure.of("Image creation needs a size parameter");
        }
        return values;
    }

    private void take(Optional<String> value, String name, String what, CreateValues values)
            throws Failure {
        if (value.isPresent()) {
            if (!values.knows(name)) {
                throw Failure.of("%s not supported for file format '%s'".formatted(what, format));
            }
            values.put(name, value.get());
        }
    }

    /** What the image below decides: the size, if none was given. */
    private void inherit(CreateValues values, String backing, Optional<String> backingFormat)
            throws Failure {
        if (backing.equals(file)) {
            throw Failure.of(
                    "Error: Trying to create an image with the same filename as the backing file");
        }
        if (options.has("u")) {
            if (backingFormat.isEmpty()) {
                throw Failure.of("Backing file specified without backing format");
            }
            return;
        }
        var below = below(backing, backingFormat);
        if (backingFormat.isEmpty()) {
            throw Failure.of("Backing file specified without backing format")
                    .withHint("Detected format of %s.\n".formatted(below.info().format().text()));
        }
        if (values.given("size").isEmpty()) {
            values.put("size", String.valueOf(below.info().capacity()));
        }
    }

    private Opening.Member below(String backing, Optional<String> backingFormat) throws Failure {
        var above = ImageName.ofFile(console, file, Optional.empty(), true);
        var name = above.below(console, backing, backingFormat).asShared();
        var opening = new Opening(console, SecretObjects.none());
        try {
            var member = opening.look(opening.settled(name, Access.READ));
            opening.requireBelow(member.name());
            return member;
        } catch (Failure e) {
            throw e.in("Could not open '%s': ".formatted(name.display()), "")
                    .withHint(e.hint() + "Could not open backing image.\n");
        }
    }
}
