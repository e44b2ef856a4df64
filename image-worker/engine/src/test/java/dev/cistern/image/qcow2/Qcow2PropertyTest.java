package dev.cistern.image.qcow2;

import dev.cistern.image.DiskImage.Space;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** Whatever is done to an image, it reads as a plain array of bytes would. */
final class Qcow2PropertyTest {
    private static final int CLUSTERS = 300;
    private static final int SECTOR = 512;

    /** One thing that is done to an image. */
    sealed interface Action {
        void on(Model model) throws IOException;

        record Write(int at, int length, int seed) implements Action {
            @Override
            public void on(Model model) throws IOException {
                var offset = at % model.capacity();
                var content = new byte[Math.min(length, model.capacity() - offset)];
                new Random(seed).nextBytes(content);
                model.write(offset, content);
            }
        }

        record Compress(int cluster, int seed) implements Action {
            @Override
            public void on(Model model) throws IOException {
                model.writeCompressed(cluster, new Random(seed));
            }
        }

        record Zero(int at, int length, Space space) implements Action {
            @Override
            public void on(Model model) throws IOException {
                var offset = at % model.capacity();
                model.zero(offset, Math.min(length, model.capacity() - offset), space);
            }
        }

        record Discard(int at, int length) implements Action {
            @Override
            public void on(Model model) throws IOException {
                var offset = at % model.capacity();
                model.discard(offset, Math.min(length, model.capacity() - offset));
            }
        }

        record Resize(int sectors) implements Action {
            @Override
            public void on(Model model) throws IOException {
                model.resize(sectors * SECTOR);
            }
        }

        record Snapshot() implements Action {
            @Override
            public void on(Model model) throws IOException {
                model.snapshot();
            }
        }

        record Revert(int which) implements Action {
            @Override
            public void on(Model model) throws IOException {
                model.revert(which);
            }
        }

        record Delete(int which) implements Action {
            @Override
            public void on(Model model) throws IOException {
                model.delete(which);
            }
        }

        record Flush() implements Action {
            @Override
            public void on(Model model) throws IOException {
                model.flush();
            }
        }

        record Reopen() implements Action {
            @Override
            public void on(Model model) throws IOException {
                model.reopen();
            }
        }
    }

    /** What an image is like. */
    record Shape(Qcow2Options options, int capacity, int below) {}

    @Provide
    Arbitrary<Shape> shapes() {
        var small = Qcow2Options.DEFAULT.withClusterSize(512);
        var options =
                Arbitraries.of(
                        small,
                        small.withRefcountBits(1),
                        small.withRefcountBits(2),
                        small.withRefcountBits(64),
                        small.withVersion(2),
                        small.withZstd(),
                        small.withClusterSize(4096),
                        small.withClusterSize(2048).withRefcountBits(8),
                        small.withDataFile("data", false),
                        small.withDataFile("data", true),
                        Encrypted.options(small.withClusterSize(2048)),
                        Encrypted.options(small.withDataFile("data", false)),
                        Qcow2Options.DEFAULT.withClusterSize(16 * 1024).withExtendedL2(),
                        Qcow2Options.DEFAULT
                                .withClusterSize(16 * 1024)
                                .withExtendedL2()
                                .withDataFile("data", false));
        return Combinators.combine(options, Arbitraries.integers().between(1, CLUSTERS), below())
                .as(
                        (option, sectors, below) ->
                                new Shape(
                                        option,
                                        capacity(option, sectors),
                                        isRaw(option) ? 0 : below));
    }

    private static boolean isRaw(Qcow2Options options) {
        return options.dataFile().map(Qcow2Options.DataFile::raw).orElse(false);
    }

    private static int capacity(Qcow2Options options, int sectors) {
        return Math.ceilDiv(sectors * options.clusterSize() / 2, SECTOR) * SECTOR;
    }

    private static Arbitrary<Integer> below() {
        return Arbitraries.of(0, 0, 4096, 50_000 / SECTOR * SECTOR, 400 * SECTOR);
    }

    @Provide
    Arbitrary<List<Action>> actions() {
        var at = Arbitraries.integers().between(0, 1 << 20);
        var length =
                Arbitraries.oneOf(
                        Arbitraries.integers().between(1, 2000),
                        Arbitraries.integers().between(1, 40).map(n -> n * SECTOR),
                        Arbitraries.integers().between(1, 100_000));
        var seed = Arbitraries.integers().between(1, 1000);
        var which = Arbitraries.integers().between(0, 5);
        Arbitrary<Action> write = Combinators.combine(at, length, seed).as(Action.Write::new);
        Arbitrary<Action> zero =
                Combinators.combine(at, length, Arbitraries.of(Space.values()))
                        .as(Action.Zero::new);
        Arbitrary<Action> discard = Combinators.combine(at, length).as(Action.Discard::new);
        Arbitrary<Action> compress =
                Combinators.combine(Arbitraries.integers().between(0, 40), seed)
                        .as(Action.Compress::new);
        Arbitrary<Action> resize = Arbitraries.integers().between(1, 1500).map(Action.Resize::new);
        return Arbitraries.oneOf(
                        List.of(
                                write,
                                write,
                                write,
                                zero,
                                discard,
                                compress,
                                resize,
                                Arbitraries.of(new Action.Snapshot()),
                                which.map(Action.Revert::new),
                                which.map(Action.Delete::new),
                                Arbitraries.of(new Action.Flush()),
                                Arbitraries.of(new Action.Reopen())))
                .list()
                .ofMinSize(1)
                .ofMaxSize(40);
    }

    @Property(tries = 1000, shrinking = ShrinkingMode.BOUNDED)
    void readsAsAnArrayOfBytes(
            @ForAll("shapes") Shape shape, @ForAll("actions") List<Action> actions)
            throws IOException {
        var below = new byte[shape.below()];
        new Random(shape.below()).nextBytes(below);
        try (var model = new Model(shape.options(), shape.capacity(), below)) {
            for (var action : actions) {
                action.on(model);
            }
            model.verify();
        }
    }
}
