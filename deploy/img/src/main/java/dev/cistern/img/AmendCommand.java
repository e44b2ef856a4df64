package dev.cistern.img;

import dev.cistern.image.ImageException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.ImageInfo.Details;
import dev.cistern.image.qcow2.Amendment;
import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.storage.Access;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/** {@code amend}: other options for an image that there is. */
final class AmendCommand implements Command {
    private static final int V2 = 2;
    private static final int V3 = 3;
    private static final int V2_REFCOUNT_BITS = 16;

    @Override
    public Options.Known known() {
        return new Options.Known("f:ho:pqt:", "help=h", "object:", "image-opts", "force");
    }

    @Override
    public int run(Console console, Options options) throws Failure, IOException {
        var secrets = SecretObjects.of(console, options);
        var list = OptionList.join(options.all("o"));
        if (list.isEmpty()) {
            throw Failure.ofUsage("Must specify options (-o)");
        }
        var help = OptionList.asksForHelp(list.get());
        if (help && options.has("f")) {
            help(console, options.last("f").orElseThrow());
            return 0;
        }
        if (options.operands().size() != 1) {
            throw Failure.of("Expecting one image file name");
        }
        CacheMode.require("cache", options.last("t"));
        var opening = new Opening(console, secrets);
        var name =
                opening.settled(
                        ImageName.of(console, options, options.operands().getFirst()).asLocked(),
                        Access.READ_WRITE);
        try (var chain = opening.chain(name, Access.READ_WRITE)) {
            if (help) {
                help(console, Opening.format(name).text());
                return 0;
            }
            requireAmendable(Opening.format(name));
            var image = (Qcow2Image) chain.top();
            var member = opening.look(name.asShared());
            var values = values(OptionList.parse(list.get()));
            var progress = new ProgressLine(console, options);
            progress.at(0, 1);
            var slots = new KeySlotRequest(values, secrets, options.has("force"));
            new Change(member, image, values).run(slots);
            progress.end();
        }
        return 0;
    }

    private static void help(Console console, String format) throws Failure {
        var known =
                ImageFormat.of(format)
                        .orElseThrow(
                                () -> Failure.of("Unknown file format '%s'".formatted(format)));
        requireAmendable(known);
        console.out()
                .print(
                        "Amend options for '%s':\n%s"
                                .formatted(format, CreateOption.help(CreateOption.ofAmendment())));
    }

    private static void requireAmendable(ImageFormat format) throws Failure {
        if (format != ImageFormat.QCOW2) {
            throw Failure.of(
                    "Format driver '%s' does not support option amendment"
                            .formatted(format.text()));
        }
    }

    private static CreateValues values(OptionList list) throws Failure {
        var known = CreateOption.ofAmendment();
        for (var entry : list.entries()) {
            var name = entry.key();
            if (CreateOption.find(known, name).isEmpty()
                    && CreateOption.find(CreateOption.of(ImageFormat.QCOW2), name).isPresent()) {
                throw Failure.of("Invalid parameter '%s'".formatted(name))
                        .withHint("This option is only supported for image creation\n");
            }
        }
        var values = new CreateValues(known);
        values.takeAll(list);
        return values;
    }

    /**
     * What is to become of an image.
     *
     * @param member what it says of itself
     */
    private record Change(Opening.Member member, Qcow2Image image, CreateValues values) {
        void run(KeySlotRequest slots) throws Failure, IOException {
            var details = (Details.Qcow2) member.info().details();
            var version = version();
            var wanted = version.orElse(details.version());
            requireSame(details);
            slots.requirePossible(details.encryption());
            var lazy =
                    values.given("lazy_refcounts").isPresent()
                            ? Optional.of(values.flag("lazy_refcounts"))
                            : Optional.<Boolean>empty();
            if (lazy.orElse(false) && wanted < V3) {
                throw Failure.of(
                        "Lazy refcounts only supported with compatibility level 1.1 and above (use compat=1.1 or greater)");
            }
            if (wanted < details.version()) {
                requireFitForVersion2(details);
            }
            slots.apply(image);
            resize();
            amend(new Amendment(version, lazy));
        }

        private OptionalInt version() throws Failure {
            var level = values.given("compat").orElse("");
            return switch (level) {
                case "" -> OptionalInt.empty();
                case "0.10", "v2" -> OptionalInt.of(V2);
                case "1.1", "v3" -> OptionalInt.of(V3);
                default -> throw Failure.of("Unknown compatibility level " + level);
            };
        }

        /** Refuses what is not as it is and cannot become otherwise. */
        private void requireSame(Details.Qcow2 details) throws Failure {
            var info = member.info();
            if (values.given("refcount_bits").isPresent()
                    && !values.get("refcount_bits").equals("" + details.refcountBits())) {
                throw Failure.of("This program cannot change refcount_bits; use qemu-img for it");
            }
            if (values.given("data_file").isPresent() && details.dataFile().isEmpty()) {
                throw Failure.of(
                        "data-file can only be set for images that use an external data file");
            }
            if (values.given("data_file").isPresent()
                    && !values.given("data_file").equals(details.dataFile())) {
                throw Failure.of("This program cannot change data_file; use qemu-img for it");
            }
            if (values.flag("data_file_raw") && !details.rawDataFile()) {
                throw Failure.of("data-file-raw cannot be set on existing images");
            }
            if (differs("backing_file", info.backingFile())
                    || differs("backing_fmt", info.backingFormat())) {
                throw Failure.of("Cannot amend the backing file")
                        .withHint("You can use 'qemu-img rebase' instead.\n");
            }
        }

        private boolean differs(String option, Optional<String> now) {
            var given = values.given(option);
            return given.isPresent() && !given.equals(now);
        }

        private static void requireFitForVersion2(Details.Qcow2 details) throws Failure {
            if (details.refcountBits() != V2_REFCOUNT_BITS) {
                throw Failure.of("compat=0.10 requires refcount_bits=16");
            }
            if (details.dataFile().isPresent()) {
                throw Failure.of("Cannot downgrade an image with a data file");
            }
            var features =
                    (details.extendedL2() ? 0x10 : 0)
                            | ("zlib".equals(details.compressionType()) ? 0 : 8);
            if (features != 0) {
                throw Failure.of(
                        "Cannot downgrade an image with incompatible features 0x%x set"
                                .formatted(features));
            }
        }

        private void resize() throws Failure, IOException {
            if (values.given("size").isPresent()) {
                var size = Long.parseUnsignedLong(values.get("size"));
                if (size % 512 != 0) {
                    throw Failure.of("The new size must be a multiple of 512");
                }
                if (size != 0) {
                    ResizeCommand.resize(image, size);
                }
            }
        }

        private void amend(Amendment amendment) throws Failure, IOException {
            try {
                image.amend(amendment);
            } catch (ImageException.Unsupported e) {
                throw Failure.of(Reasons.of(e));
            }
        }
    }
}
