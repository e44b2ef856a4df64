package dev.cistern.bench.engine;

import dev.cistern.bench.Cpu;
import dev.cistern.bench.Figure;
import dev.cistern.bench.Figures;
import dev.cistern.bench.Peer;
import dev.cistern.bench.Rounds;
import dev.cistern.bench.Rounds.Cost;
import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.Images;
import dev.cistern.image.OpenOptions;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.storage.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Reads and writes of an open image, at the depths that {@code qemu-img bench} is run with: as many
 * threads, which go through the same offsets in the same order.
 */
final class IoBench {
    private static final long CAPACITY = 256 << 20;
    private static final int[] DEPTHS = {1, 16};

    private final String place;
    private final Path folder;
    private final int rounds;
    private final Figures figures;

    IoBench(String place, Path folder, int rounds, Figures figures) {
        this.place = place;
        this.folder = folder;
        this.rounds = rounds;
        this.figures = figures;
    }

    void run() throws Exception {
        for (var pattern : Pattern.values()) {
            for (var depth : DEPTHS) {
                var figure = "%s: %s, depth %d".formatted(place, pattern.figure(), depth);
                if (figures.wants(figure)) {
                    measure(figure, pattern, depth);
                }
            }
        }
    }

    private void measure(String figure, Pattern pattern, int depth) throws Exception {
        create();
        if (!pattern.fresh()) {
            fill();
        }
        Optional<Rounds.Turn> peer =
                Peer.has("qemu-img") ? Optional.of(() -> peers(pattern, depth)) : Optional.empty();
        var outcome = Rounds.run(rounds, () -> ours(pattern, depth), peer);
        var theirs = outcome.peer();
        figures.add(
                Figure.rate(
                        figure,
                        outcome.ours().rate() * pattern.perOperation(),
                        pattern.unit(),
                        theirs == null ? null : theirs.rate() * pattern.perOperation()));
        figures.add(
                Figure.cost(
                        figure + ", processor",
                        outcome.ours().cpuMicros(),
                        "µs/operation",
                        theirs == null ? null : theirs.cpuMicros()));
        Files.delete(folder.resolve("image"));
    }

    private void create() throws IOException {
        Files.deleteIfExists(folder.resolve("image"));
        try (var directory = Directory.open(folder);
                var file = directory.createFile("image", 0600)) {
            Images.create(CAPACITY, Qcow2Options.DEFAULT, file);
            file.sync();
        }
    }

    private void fill() throws IOException {
        var part = ByteBuffer.allocateDirect(1 << 20);
        while (part.hasRemaining()) {
            part.put((byte) part.position());
        }
        try (var directory = Directory.open(folder);
                var image = open(directory)) {
            for (var at = 0L; at < CAPACITY; at += part.capacity()) {
                image.write(part.rewind(), at);
            }
        }
    }

    private static DiskImage open(Directory directory) throws IOException {
        return Images.open(directory, "image", OpenOptions.writing(ImageFormat.QCOW2));
    }

    private Cost ours(Pattern pattern, int depth) throws Exception {
        if (pattern.fresh()) {
            create();
        }
        try (var directory = Directory.open(folder);
                var threads = Executors.newFixedThreadPool(depth)) {
            var image = open(directory);
            var cpu = Cpu.own();
            var start = System.nanoTime();
            var ends = new ArrayList<Future<?>>();
            for (var thread = 0; thread < depth; thread++) {
                var first = thread;
                ends.add(
                        threads.submit(
                                () -> {
                                    go(image, pattern, first, depth);
                                    return null;
                                }));
            }
            for (var end : ends) {
                end.get();
            }
            var seconds = (System.nanoTime() - start) / 1e9;
            image.close();
            return new Cost(pattern.count(), seconds, Cpu.own() - cpu);
        }
    }

    private static void go(DiskImage image, Pattern pattern, int first, int step)
            throws IOException {
        var buffer = ByteBuffer.allocateDirect(pattern.size());
        for (var operation = first; operation < pattern.count(); operation += step) {
            var offset = operation * pattern.step() % CAPACITY;
            buffer.clear();
            if (pattern.writes()) {
                image.write(buffer, offset);
            } else {
                image.read(buffer, offset);
            }
        }
    }

    /** The time is what qemu-img says, without its start; the processor's is of all of it. */
    private Cost peers(Pattern pattern, int depth) throws Exception {
        if (pattern.fresh()) {
            create();
        }
        var cpu = Cpu.children();
        var said =
                Peer.shell(
                        folder,
                        "qemu-img bench -f qcow2 %s -c %d -d %d -s %d -S %d image"
                                .formatted(
                                        pattern.writes() ? "-w" : "",
                                        pattern.count(),
                                        depth,
                                        pattern.size(),
                                        pattern.step()));
        var seconds = said.replaceAll("(?s).*completed in ([0-9.]+) seconds.*", "$1");
        return new Cost(pattern.count(), Double.parseDouble(seconds), Cpu.children() - cpu);
    }
}
