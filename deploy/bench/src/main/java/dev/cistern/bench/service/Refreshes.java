package dev.cistern.bench.service;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.cistern.bench.Figure;
import dev.cistern.bench.Figures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Looks at a pool of many volumes: the first one, and one at which nothing has changed. */
final class Refreshes {
    private static final int POOLS = 3;
    private static final int LOOKS = 5;
    private static final long CLUSTER_BYTES = 64 << 10;

    /** Files that have just changed are opened again. */
    private static final Duration UNTIL_OLD = Duration.ofSeconds(4);

    private final Api api;
    private final Optional<Libvirt> libvirt;
    private final Figures figures;

    Refreshes(Api api, Optional<Libvirt> libvirt, Figures figures) {
        this.api = api;
        this.libvirt = libvirt;
        this.figures = figures;
    }

    /** Of each look at pools that no one has looked at before, the best is told, as of the peer. */
    void run(String pool, Path folder, int volumes) throws IOException, InterruptedException {
        figures.say("a pool of %d volumes".formatted(volumes));
        var peer = Double.MAX_VALUE;
        var first = Double.MAX_VALUE;
        var unchanged = Double.MAX_VALUE;
        for (var number = 0; number < POOLS; number++) {
            var made = images(folder.resolve("made-" + number), volumes);
            TimeUnit.MILLISECONDS.sleep(UNTIL_OLD.toMillis());
            if (libvirt.isPresent()) {
                peer = Math.min(peer, libvirt.get().refreshes(made, LOOKS));
            }
            start(pool + number, folder.resolve("images-" + number), made);
            first = Math.min(first, refresh(pool + number));
            for (var look = 0; look < LOOKS; look++) {
                unchanged = Math.min(unchanged, refresh(pool + number));
            }
        }
        var known = libvirt.isPresent() ? peer : null;
        report("first refresh", first, known, volumes);
        report("unchanged refresh", unchanged, known, volumes);
    }

    private static Path images(Path folder, int count) throws IOException {
        Files.createDirectories(folder);
        for (var number = 0; number < count; number++) {
            makeImage(folder.resolve("disk-%05d.qcow2".formatted(number)));
        }
        return folder;
    }

    /** The start of a pool looks at it: the files come after it. */
    private void start(String pool, Path target, Path made) throws IOException {
        var _ = api.startedPool(pool, target);
        Files.move(target.resolve(".cistern"), made.resolve(".cistern"));
        Files.delete(target);
        Files.move(made, target);
    }

    private double refresh(String pool) throws IOException {
        var begin = System.nanoTime();
        api.refreshed(pool);
        return (System.nanoTime() - begin) / 1e9;
    }

    private void report(String figure, double seconds, @Nullable Double peer, int volumes) {
        figures.add(
                Figure.cost(figure, seconds * 1000, "ms", peer == null ? null : peer * 1000)
                        .with("volumes", volumes)
                        .with("pools", POOLS));
    }

    /** An empty qcow2 image of 1 GiB as most are: four clusters of 64 KiB with holes in them. */
    private static void makeImage(Path file) throws IOException {
        var header = ByteBuffer.allocate(112);
        header.putInt(0x514649fb).putInt(3).putLong(0).putInt(0).putInt(16).putLong(1L << 30);
        header.putInt(0).putInt(2).putLong(3 * CLUSTER_BYTES).putLong(CLUSTER_BYTES).putInt(1);
        header.putInt(0).putLong(0).putLong(0).putLong(0).putLong(0).putInt(4).putInt(112);
        var refcounts = ByteBuffer.allocate(4 * Short.BYTES);
        while (refcounts.hasRemaining()) {
            refcounts.putShort((short) 1);
        }
        try (var channel = FileChannel.open(file, CREATE_NEW, WRITE)) {
            channel.write(header.rewind(), 0);
            channel.write(ByteBuffer.allocate(8).putLong(0, 2 * CLUSTER_BYTES), CLUSTER_BYTES);
            channel.write(refcounts.rewind(), 2 * CLUSTER_BYTES);
            channel.write(ByteBuffer.allocate(1), 4 * CLUSTER_BYTES - 1);
        }
    }
}
