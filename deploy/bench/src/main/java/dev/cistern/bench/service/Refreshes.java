package dev.cistern.bench.service;

import dev.cistern.bench.Figure;
import dev.cistern.bench.Figures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Looks at a pool of many volumes: the first one, and one at which nothing has changed. */
final class Refreshes {
    private static final int UNCHANGED = 5;
    private static final int CLUSTER_BYTES = 512;

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

    /** Looks at a new pool, in a folder that is not there yet. */
    void run(String pool, Path folder, int volumes) throws IOException, InterruptedException {
        figures.say("a pool of %d volumes".formatted(volumes));
        var made = Files.createDirectories(folder.resolve("made"));
        var images = folder.resolve("images");
        for (var number = 0; number < volumes; number++) {
            Files.write(made.resolve("disk-%05d.qcow2".formatted(number)), image());
        }
        TimeUnit.MILLISECONDS.sleep(UNTIL_OLD.toMillis());
        var peer = libvirt.map(each -> each.refreshes(made, UNCHANGED)).orElse(null);
        var _ = api.startedPool(pool, images);
        Files.move(images.resolve(".cistern"), made.resolve(".cistern"));
        Files.delete(images);
        Files.move(made, images);
        report("first refresh", refresh(pool), peer, volumes);
        var best = Double.MAX_VALUE;
        for (var time = 0; time < UNCHANGED; time++) {
            best = Math.min(best, refresh(pool));
        }
        report("unchanged refresh", best, peer, volumes);
    }

    private double refresh(String pool) throws IOException {
        var begin = System.nanoTime();
        api.refreshed(pool);
        return (System.nanoTime() - begin) / 1e9;
    }

    private void report(String figure, double seconds, @Nullable Double peer, int volumes) {
        figures.add(
                Figure.cost(figure, seconds * 1000, "ms", peer == null ? null : peer * 1000)
                        .with("volumes", volumes));
    }

    /** An empty qcow2 image (version 3) of 1 MiB in clusters of 512 bytes, 2 KiB long. */
    private static byte[] image() {
        var bytes = ByteBuffer.allocate(4 * CLUSTER_BYTES);
        bytes.putInt(0x514649fb).putInt(3).putLong(0).putInt(0).putInt(9).putLong(1 << 20);
        bytes.putInt(0).putInt(32).putLong(3 * CLUSTER_BYTES).putLong(CLUSTER_BYTES).putInt(1);
        bytes.putInt(0).putLong(0).putLong(0).putLong(0).putLong(0).putInt(4).putInt(104);
        bytes.putLong(CLUSTER_BYTES, 2 * CLUSTER_BYTES);
        for (var cluster = 0; cluster < 4; cluster++) {
            bytes.putShort(2 * CLUSTER_BYTES + Short.BYTES * cluster, (short) 1);
        }
        return bytes.array();
    }
}
