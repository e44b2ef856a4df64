package dev.cistern.img;

import dev.cistern.image.OpenGate;
import dev.cistern.image.Progress;
import dev.cistern.image.SnapshotInfo;
import dev.cistern.image.VmdkSnapshot;
import dev.cistern.image.VmdkSnapshots;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Snapshots of vmdk images, which qemu-img cannot make; told in the words it has for others. */
final class VmdkSnapshotChange {
    private VmdkSnapshotChange() {}

    /** What is done with the snapshots of an image. */
    @FunctionalInterface
    private interface Act<T> {
        T with(VmdkSnapshots snapshots) throws IOException;
    }

    private static <T> T with(ImageName name, Act<T> act) throws IOException {
        try (var place = Place.of(name.path())) {
            return act.with(new VmdkSnapshots(place.folder(), place.file(), OpenGate.anywhere()));
        }
    }

    static List<SnapshotInfo> list(ImageName name) throws Failure {
        try {
            return with(name, VmdkSnapshots::list).stream().map(VmdkSnapshot::info).toList();
        } catch (IOException e) {
            throw Reasons.ofOpening(name, false, e);
        }
    }

    static void make(ImageName name, Options.Given action) throws Failure {
        var what =
                switch (action.name()) {
                    case "c" -> "create";
                    case "a" -> "apply";
                    default -> "delete";
                };
        try {
            with(
                    name,
                    snapshots -> {
                        change(snapshots, action);
                        return action;
                    });
        } catch (IOException e) {
            throw Failure.of(
                    "Could not %s snapshot '%s': %s"
                            .formatted(what, action.value(), Reasons.of(e)));
        }
    }

    /** As with others, an id counts before a name when one is applied, and not when deleted. */
    private static void change(VmdkSnapshots snapshots, Options.Given action) throws IOException {
        var value = action.value();
        switch (action.name()) {
            case "c" -> {
                var _ = snapshots.create(value, Clock.systemUTC());
            }
            case "a" -> {
                var all = snapshots.list();
                snapshots.revert(
                        require(
                                find(all, info -> info.id().equals(value))
                                        .or(() -> find(all, info -> info.name().equals(value)))));
            }
            default ->
                    snapshots.delete(
                            require(find(snapshots.list(), info -> info.name().equals(value))),
                            Progress.NONE);
        }
    }

    private static Optional<String> find(
            List<VmdkSnapshot> snapshots, Predicate<SnapshotInfo> wanted) {
        return snapshots.stream()
                .map(VmdkSnapshot::info)
                .filter(wanted)
                .map(SnapshotInfo::id)
                .findFirst();
    }

    private static String require(Optional<String> id) throws IOException {
        return id.orElseThrow(() -> new IOException("snapshot not found"));
    }
}
