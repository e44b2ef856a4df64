package dev.cistern.image.qcow2;

import dev.cistern.image.DiskImage.Space;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/**
 * Several threads that each keep to a part of their own, which need not end where a cluster does,
 * do not disturb each other, nor does one that flushes and takes snapshots meanwhile.
 */
final class Qcow2ThreadsPropertyTest {
    private static final int THREADS = 4;
    private static final int ACTIONS = 40;
    private static final int SECTOR = 512;

    @Provide
    Arbitrary<Qcow2PropertyTest.Shape> shapes() {
        return new Qcow2PropertyTest().shapes();
    }

    @Property(tries = 200, shrinking = ShrinkingMode.OFF)
    void readsAsAnArrayOfBytes(@ForAll("shapes") Qcow2PropertyTest.Shape shape, @ForAll long seed)
            throws Exception {
        var below = new byte[shape.below()];
        new Random(seed).nextBytes(below);
        try (var model = new Model(shape.options(), shape.capacity(), below)) {
            var ended = new AtomicBoolean();
            try (var threads = Executors.newFixedThreadPool(THREADS + 1)) {
                var flushing = threads.submit(() -> flush(model, ended));
                var writing = new ArrayList<Future<Void>>();
                for (var part = 0; part < THREADS; part++) {
                    writing.add(threads.submit(writer(model, part, new Random(seed + part))));
                }
                try {
                    for (var writer : writing) {
                        writer.get();
                    }
                } finally {
                    ended.set(true);
                }
                flushing.get();
            }
            model.verify();
        }
    }

    private static Callable<Void> writer(Model model, int part, Random random) {
        var sectors = model.capacity() / SECTOR;
        var start = sectors * part / THREADS * SECTOR;
        var end = part == THREADS - 1 ? model.capacity() : sectors * (part + 1) / THREADS * SECTOR;
        return () -> {
            for (var action = 0; action < ACTIONS && start < end; action++) {
                var at = start + random.nextInt(end - start);
                var length = 1 + random.nextInt(Math.min(end - at, 20_000));
                act(model, random, at, length);
            }
            return null;
        };
    }

    private static void act(Model model, Random random, int at, int length) throws IOException {
        switch (random.nextInt(6)) {
            case 0 -> model.zero(at, length, Space.FREE);
            case 1 -> model.zero(at, length, Space.KEEP);
            case 2 -> model.discard(at, length);
            default -> {
                var content = new byte[length];
                random.nextBytes(content);
                model.write(at, content);
            }
        }
    }

    /** What such a snapshot has is not known, but the image must stay what it is. */
    private static Void flush(Model model, AtomicBoolean ended) throws IOException {
        while (!ended.get()) {
            model.flush();
            model.passingSnapshot();
        }
        return null;
    }
}
