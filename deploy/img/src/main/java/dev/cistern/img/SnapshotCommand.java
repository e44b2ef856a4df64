package dev.cistern.img;

import dev.cistern.image.ImageFormat;
import dev.cistern.image.SnapshotInfo;
import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.storage.Access;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** {@code snapshot}: those inside an image, or those that a vmdk image is linked to. */
final class SnapshotCommand implements Command {
    private static final List<String> ACTIONS = List.of("l", "a", "c", "d");

    @Override
    public Options.Known known() {
        return new Options.Known("la:c:d:hqU", "help=h", "object:", "image-opts", "force-share=U");
    }

    @Override
    public int run(Console console, Options options) throws Failure, IOException {
        var actions =
                options.given().stream().filter(given -> ACTIONS.contains(given.name())).toList();
        if (actions.size() > 1) {
            throw Failure.ofUsage("Cannot mix '-l', '-a', '-c', '-d'");
        }
        var file = options.onlyFile();
        var secrets = SecretObjects.of(console, options);
        var name = ImageName.of(console, options, file);
        var opening = new Opening(console, secrets);
        if (actions.isEmpty() || "l".equals(actions.getFirst().name())) {
            var member = opening.look(opening.settled(name, Access.READ));
            opening.requireBelow(member.name());
            if (!actions.isEmpty()) {
                console.out()
                        .print(
                                SnapshotList.human(
                                        member.info().format() == ImageFormat.VMDK
                                                ? VmdkSnapshotChange.list(member.name())
                                                : member.snapshots()));
            }
        } else {
            change(opening, name, actions.getFirst());
        }
        return 0;
    }

    private static void change(Opening opening, ImageName name, Options.Given action)
            throws Failure, IOException {
        var settled = opening.settled(name, Access.READ_WRITE);
        if (Opening.format(settled) == ImageFormat.VMDK) {
            VmdkSnapshotChange.make(settled, action);
            return;
        }
        try (var chain = opening.chain(settled, Access.READ_WRITE)) {
            if (!(chain.top() instanceof Qcow2Image image)) {
                throw ofOtherFormat(action);
            }
            switch (action.name()) {
                case "c" -> create(image, action.value());
                case "a" -> apply(image, action.value());
                default -> delete(image, action.value());
            }
        }
    }

    private static Failure ofOtherFormat(Options.Given action) {
        return switch (action.name()) {
            case "c" ->
                    Failure.of(
                            "Could not create snapshot '%s': -95 (Operation not supported)"
                                    .formatted(action.value()));
            case "a" ->
                    Failure.of(
                            "Could not apply snapshot '%s': Block driver does not support snapshots"
                                    .formatted(action.value()));
            default -> notFound(action.value());
        };
    }

    private static void create(Qcow2Image image, String name) throws Failure {
        try {
            image.createSnapshot(name, Clock.systemUTC());
        } catch (IOException e) {
            throw Failure.of("Could not create snapshot '%s': %s".formatted(name, Reasons.of(e)));
        }
    }

    /** An id counts before a name. */
    private static void apply(Qcow2Image image, String idOrName) throws Failure {
        var found =
                find(image, snapshot -> snapshot.id().equals(idOrName))
                        .or(() -> find(image, snapshot -> snapshot.name().equals(idOrName)))
                        .orElseThrow(
                                () ->
                                        Failure.of(
                                                "Could not apply snapshot '%s': Failed to load snapshot: No such file or directory"
                                                        .formatted(idOrName)));
        try {
            image.revertToSnapshot(found.id());
        } catch (IOException e) {
            throw Failure.of(
                    "Could not apply snapshot '%s': %s".formatted(idOrName, Reasons.of(e)));
        }
    }

    /** Only a name counts here, as with QEMU. */
    private static void delete(Qcow2Image image, String name) throws Failure {
        var found =
                find(image, snapshot -> snapshot.name().equals(name))
                        .orElseThrow(() -> notFound(name));
        try {
            image.deleteSnapshot(found.id());
        } catch (IOException e) {
            throw Failure.of("Could not delete snapshot '%s': %s".formatted(name, Reasons.of(e)));
        }
    }

    private static Failure notFound(String name) {
        return Failure.of("Could not delete snapshot '%s': snapshot not found".formatted(name));
    }

    private static Optional<SnapshotInfo> find(
            Qcow2Image image, java.util.function.Predicate<SnapshotInfo> wanted) {
        return image.snapshots().stream().filter(wanted).findFirst();
    }
}
