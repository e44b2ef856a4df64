package dev.cistern.bench.engine;

import dev.cistern.bench.Cpu;
import dev.cistern.bench.Figure;
import dev.cistern.bench.Figures;
import dev.cistern.bench.Peer;
import dev.cistern.bench.Rounds;
import dev.cistern.bench.Rounds.Cost;
import dev.cistern.image.CreateOptions;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.Images;
import dev.cistern.image.OpenOptions;
import dev.cistern.image.Progress;
import dev.cistern.image.operations.Conversion;
import dev.cistern.image.operations.Convert;
import dev.cistern.image.operations.NewImage;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.storage.Directory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How often a second images are cloned that share what they have with the one that they are of: a
 * qcow2 image over it, or blocks of the file system. Of a small and of a large image, which is to
 * make no difference.
 */
final class CloneBench {
    private static final int CLONES = 64;
    private static final int SMALLER = 8;
    private static final int LARGER = 2;
    private static final String BASE = "base";

    private final String place;
    private final Path folder;
    private final int rounds;
    private final int mebibytes;
    private final Figures figures;

    /**
     * Clones in a folder.
     *
     * @param mebibytes about how much the images have whose blocks are shared: an eighth and twice
     *     that
     */
    CloneBench(String place, Path folder, int rounds, int mebibytes, Figures figures) {
        this.place = place;
        this.folder = folder;
        this.rounds = rounds;
        this.mebibytes = mebibytes;
        this.figures = figures;
    }

    void run() throws Exception {
        linked("1 GiB", 1L << 30);
        linked("1 TiB", 1L << 40);
        shared();
    }

    /** Makes a clone, synced. */
    @FunctionalInterface
    private interface Cloning {
        void make(Directory folder, String name) throws IOException;
    }

    private void linked(String size, long capacity) throws Exception {
        var figure = "%s: linked clone of %s".formatted(place, size);
        if (!figures.wants(figure)) {
            return;
        }
        try (var directory = Directory.open(folder)) {
            var _ = directory.unlinkIfExists(BASE);
            try (var file = directory.createFile(BASE, 0600)) {
                Images.create(new CreateOptions(ImageFormat.QCOW2, capacity), file);
            }
        }
        var options = Qcow2Options.DEFAULT.withBacking(BASE, "qcow2");
        measure(
                figure,
                folder,
                (directory, name) -> {
                    try (var file = directory.createFile(name, 0600)) {
                        Images.create(capacity, options, file);
                        file.sync();
                    }
                },
                "qemu-img create -q -f qcow2 -b base -F qcow2 CLONE");
    }

    /** On a file system that can share blocks, of this folder or made for it. */
    private void shared() throws Exception {
        var figure = "%s: reflinked clone of".formatted(place);
        if (!figures.wants(figure + " MiB")) {
            return;
        }
        try (var mount = XfsMount.in(folder, (4L * mebibytes) << 20)) {
            for (var size : new int[] {mebibytes / SMALLER, mebibytes * LARGER}) {
                Files.deleteIfExists(mount.folder().resolve(BASE));
                Peer.shell(
                        mount.folder(),
                        "head -c %dM /dev/urandom > base && sync base".formatted(size));
                measure(
                        "%s %d MiB".formatted(figure, size),
                        mount.folder(),
                        CloneBench::share,
                        "cp --reflink=always base CLONE && sync CLONE");
            }
        } catch (XfsMount.UnavailableException e) {
            figures.say("%s: skipped, since %s".formatted(figure, e.getMessage()));
        }
    }

    private static void share(Directory folder, String name) throws IOException {
        try (var image = Images.open(folder, BASE, OpenOptions.reading(ImageFormat.RAW))) {
            Convert.into(
                    folder.createFile(name, 0600),
                    image,
                    Conversion.to(NewImage.raw()),
                    Progress.NONE);
        }
    }

    private void measure(String figure, Path where, Cloning cloning, String peer) throws Exception {
        Optional<Rounds.Turn> other =
                Peer.has(peer.split(" ", -1)[0])
                        ? Optional.of(() -> peers(where, peer))
                        : Optional.empty();
        var outcome = Rounds.run(rounds, () -> ours(where, cloning), other);
        var theirs = outcome.peer();
        figures.add(
                Figure.rate(
                        figure,
                        outcome.ours().rate(),
                        "/s",
                        theirs == null ? null : theirs.rate()));
    }

    private static Cost ours(Path where, Cloning cloning) throws Exception {
        try (var directory = Directory.open(where)) {
            var cpu = Cpu.own();
            var start = System.nanoTime();
            for (var clone = 0; clone < CLONES; clone++) {
                cloning.make(directory, "clone" + clone);
            }
            var cost = new Cost(CLONES, (System.nanoTime() - start) / 1e9, Cpu.own() - cpu);
            remove(where);
            return cost;
        }
    }

    private static Cost peers(Path where, String peer) throws Exception {
        var line =
                "i=0; while [ $i -lt %d ]; do %s || exit 1; i=$((i + 1)); done"
                        .formatted(CLONES, peer.replace("CLONE", "clone$i"));
        var cpu = Cpu.children();
        var start = System.nanoTime();
        Peer.shell(where, line);
        var cost = new Cost(CLONES, (System.nanoTime() - start) / 1e9, Cpu.children() - cpu);
        remove(where);
        return cost;
    }

    private static void remove(Path where) throws IOException {
        for (var clone = 0; clone < CLONES; clone++) {
            Files.delete(where.resolve("clone" + clone));
        }
    }
}
