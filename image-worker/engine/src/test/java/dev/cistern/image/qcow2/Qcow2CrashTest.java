package dev.cistern.image.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.Oracle;
import dev.cistern.image.raw.RawImage;
import dev.cistern.image.storage.MemoryStorage;
import dev.cistern.image.storage.PowerCuts;
import dev.cistern.image.storage.RecordingStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever a crash cuts off, what it leaves is sound. And each barrier is needed: without it, a
 * crash leaves something that is not.
 */
final class Qcow2CrashTest {
    /** States drawn at random for each cut, besides the systematic ones; seeds are 0 to 99. */
    private static final int SEEDS = 100;

    /** States of each story that qemu-img looks at too. */
    private static final int JUDGED_BY_QEMU = 12;

    /** States of each story whose repair is cut as well. */
    private static final int CUT_AGAIN = 6;

    private static final Qcow2Options SMALL = Qcow2Options.DEFAULT.withClusterSize(512);
    private static final ImageTables.CacheSize TWO_SLICES = new ImageTables.CacheSize(1024, 1024);

    @TempDir Path folder;

    /** A story, the image that it begins with and the tale itself. */
    @SuppressWarnings("ImmutableEnumChecker")
    enum Story {
        COPY_ON_WRITE(SMALL.withClusterSize(2048), 16 * 1024, 12 * 1024) {
            @Override
            void tell(CrashScene scene) throws IOException {
                scene.write(512, 512, 1);
                scene.write(5000, 3000, 2);
                scene.flush();
                scene.write(2048, 1024, 3);
                scene.write(512, 1024, 4);
                scene.flush();
                scene.close();
            }
        },
        DISCARD_THEN_REUSE(SMALL, 16 * 1024, 0) {
            @Override
            void tell(CrashScene scene) throws IOException {
                scene.write(0, 2048, 1);
                scene.flush();
                scene.discard(512, 1024);
                scene.write(8192, 1024, 2);
                scene.flush();
                scene.write(4096, 512, 3);
                scene.flush();
                scene.write(9216, 1024, 4);
                scene.discard(0, 4608);
                scene.flush();
                scene.flush();
                scene.write(0, 2048, 5);
                scene.close();
            }
        },
        ZEROES(SMALL.withClusterSize(1024), 16 * 1024, 8192) {
            @Override
            void tell(CrashScene scene) throws IOException {
                scene.write(0, 4096, 1);
                scene.flush();
                scene.zero(512, 2048, Space.KEEP);
                scene.write(1024, 512, 2);
                scene.flush();
                scene.zero(3072, 1024, Space.FREE);
                scene.zero(5000, 100, Space.FREE);
                scene.write(2048, 512, 3);
                scene.close();
            }
        },
        COMPRESSED(SMALL.withClusterSize(1024), 16 * 1024, 0) {
            @Override
            void tell(CrashScene scene) throws IOException {
                scene.compress(0, 1);
                scene.compress(1024, 2);
                scene.flush();
                scene.write(512, 512, 3);
                scene.compress(2048, 4);
                scene.flush();
                scene.discard(1024, 1024);
                scene.flush();
                scene.write(8192, 2048, 5);
                scene.close();
            }
        },
        SMALL_CACHE(SMALL, 400 * 1024, 0) {
            @Override
            void tell(CrashScene scene) throws IOException {
                for (var table = 0; table < 6; table++) {
                    scene.write(table * 64 * 1024, 512, 1 + table);
                }
                scene.flush();
                for (var table = 5; table >= 0; table--) {
                    scene.write(table * 64 * 1024 + 512, 512, 11 + table);
                    scene.discard(table * 64 * 1024, 512);
                }
                scene.close();
            }
        },
        SNAPSHOT_CREATE(SMALL, 40 * 1024, 0) {
            @Override
            void tell(CrashScene scene) throws IOException {
                scene.write(0, 1024, 1);
                scene.write(34_000, 512, 2);
                scene.flush();
                scene.snapshot("one");
                scene.write(512, 1024, 3);
                scene.flush();
                scene.snapshot("two");
                scene.write(0, 512, 4);
                scene.discard(34_304, 512);
                scene.close();
            }
        },
        SNAPSHOT_DELETE(SMALL, 16 * 1024, 0) {
            @Override
            void tell(CrashScene scene) throws IOException {
                scene.delete("one");
                scene.write(4096, 1024, 9);
                scene.flush();
            }

            @Override
            void prepare(Qcow2Image image) throws IOException {
                image.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 0);
                image.write(ByteBuffer.wrap(new byte[2048]), 512);
                image.createSnapshot("one", Clock.systemUTC());
                image.write(ByteBuffer.wrap(new byte[] {5}), 0);
            }
        },
        SNAPSHOT_REVERT(SMALL, 16 * 1024, 0) {
            @Override
            void tell(CrashScene scene) throws IOException {
                scene.revert("one");
                scene.write(512, 1024, 9);
                scene.flush();
                scene.revert("one");
            }

            @Override
            void prepare(Qcow2Image image) throws IOException {
                image.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 0);
                image.write(ByteBuffer.wrap(new byte[1024]), 512);
                image.createSnapshot("one", Clock.systemUTC());
                image.resize(40 * 1024);
                image.write(ByteBuffer.wrap(new byte[] {5}), 512);
                image.write(ByteBuffer.wrap(new byte[] {6}), 8192);
            }
        },
        GROW(SMALL, 32 * 1024 + 512, 70 * 1024) {
            @Override
            void tell(CrashScene scene) throws IOException {
                scene.write(32 * 1024, 512, 1);
                scene.flush();
                scene.whole(image -> image.resize(36 * 1024));
                scene.whole(image -> image.resize(100 * 1024));
                scene.write(99 * 1024, 1024, 2);
                scene.close();
            }
        },
        GROW_L1(SMALL, 1024, 0) {
            @Override
            void tell(CrashScene scene) throws IOException {
                scene.write(0, 1024, 1);
                scene.flush();
                scene.whole(image -> image.resize(3 * 1024 * 1024));
                scene.write(2 * 1024 * 1024, 1024, 2);
                scene.close();
            }
        },
        SHRINK(SMALL.withClusterSize(1024), 16 * 1024, 0) {
            @Override
            void tell(CrashScene scene) throws IOException {
                scene.write(0, 16 * 1024, 1);
                scene.flush();
                scene.whole(image -> image.resize(4608));
                scene.whole(image -> image.resize(8192));
                scene.write(7168, 512, 2);
                scene.close();
            }
        },
        NEW_REFCOUNT_BLOCK(SMALL.withRefcountBits(64), 64 * 1024, 0) {
            @Override
            void tell(CrashScene scene) throws IOException {
                scene.write(30 * 1024, 4096, 1);
                scene.flush();
                scene.write(36 * 1024, 2048, 2);
                scene.close();
            }

            // Leaves room for two clusters in the first block.
            @Override
            void prepare(Qcow2Image image) throws IOException {
                image.write(ByteBuffer.wrap(new byte[56 * 512]), 0);
            }
        },
        LONGER_REFCOUNT_TABLE(SMALL.withRefcountBits(64), 2 * 1024 * 1024, 0) {
            @Override
            void tell(CrashScene scene) throws IOException {
                scene.write(2000 * 1024, 4096, 1);
                scene.flush();
                scene.close();
            }

            // Fills the 64 blocks that one cluster of the table names.
            @Override
            void prepare(Qcow2Image image) throws IOException {
                image.write(ByteBuffer.wrap(new byte[1952 * 1024]), 0);
            }
        },
        SUBCLUSTERS(
                Qcow2Options.DEFAULT.withClusterSize(16 * 1024).withExtendedL2(),
                48 * 1024,
                20_000 / 512 * 512) {
            @Override
            void tell(CrashScene scene) throws IOException {
                scene.write(700, 1000, 1);
                scene.flush();
                scene.write(4096, 512, 2);
                scene.zero(1024, 512, Space.FREE);
                scene.flush();
                scene.discard(0, 16 * 1024);
                scene.write(16 * 1024, 700, 3);
                scene.close();
            }
        };

        private final Qcow2Options options;
        private final int capacity;
        private final byte[] below;

        Story(Qcow2Options options, int capacity, int below) {
            this.options = options;
            this.capacity = capacity;
            this.below = new byte[below];
            Arrays.fill(this.below, (byte) 0x77);
        }

        abstract void tell(CrashScene scene) throws IOException;

        void prepare(Qcow2Image image) throws IOException {}

        boolean strict() {
            return this == SNAPSHOT_DELETE;
        }

        CrashScene begin(Set<Barrier> omitted) throws IOException {
            var file = new MemoryStorage("start");
            Qcow2Creator.create(
                    capacity,
                    below.length == 0 ? options : options.withBacking("below", "raw"),
                    file);
            try (var image = Qcow2Image.open(file, true, (_, _, _) -> belowImage())) {
                prepare(image);
            }
            var bytes = ByteBuffer.allocate((int) file.size());
            file.readFully(bytes, 0);
            return new CrashScene(bytes.array(), below, TWO_SLICES, omitted);
        }

        private RawImage belowImage() throws IOException {
            return RawImage.open(CrashScene.storageOf(below), false);
        }

        /** What is wrong with a state that some crash leaves; stops at the first. */
        Optional<String> firstWrong(Set<Barrier> omitted, int seeds, List<byte[]> states)
                throws IOException {
            var scene = begin(omitted);
            tell(scene);
            var wrong = new ArrayList<String>();
            var seen = new HashMap<Integer, Set<Integer>>();
            new PowerCuts(scene.start(), scene.storage().changes(), seeds)
                    .forEach(
                            (cut, file) -> {
                                var known = seen.computeIfAbsent(cut, _ -> new HashSet<>());
                                if (known.add(Arrays.hashCode(file))) {
                                    scene.judge(cut, file, strict())
                                            .ifPresent(
                                                    what ->
                                                            wrong.add(
                                                                    "after %d changes of %d: %s"
                                                                            .formatted(
                                                                                    cut,
                                                                                    scene.storage()
                                                                                            .count(),
                                                                                    what)));
                                    states.add(file);
                                }
                                return wrong.isEmpty();
                            });
            return wrong.stream().findFirst();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatACrashLeavesIsSound(Story story) throws Exception {
        var states = new ArrayList<byte[]>();
        var seeds = story == Story.LONGER_REFCOUNT_TABLE ? 2 : SEEDS;

        var wrong = story.firstWrong(EnumSet.noneOf(Barrier.class), seeds, states);

        assertThat(wrong).isEmpty();
        assertThat(states).hasSizeGreaterThan(20);
        var scene = story.begin(EnumSet.noneOf(Barrier.class));
        for (var i = 0; i < CUT_AGAIN; i++) {
            var file = states.get((int) ((long) i * (states.size() - 1) / CUT_AGAIN));
            assertThat(scene.judgeCutRepair(file)).isEmpty();
        }
        Files.write(folder.resolve("below"), story.below);
        for (var i = 0; i < JUDGED_BY_QEMU; i++) {
            judgeByQemu(states.get((int) ((long) i * (states.size() - 1) / JUDGED_BY_QEMU)));
        }
    }

    /** No worse than leaks and marks, which QEMU can set right. */
    private void judgeByQemu(byte[] file) throws Exception {
        var image = folder.resolve("image");
        Files.write(image, file);
        var repaired = Oracle.qemuImg("check", "-q", "-r", "all", "-f", "qcow2", image.toString());
        assertThat(repaired.status()).as(repaired.output()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void withoutTheBarrierACrashDoesHarm(Barrier barrier) throws Exception {
        for (var story : Story.values()) {
            if (story != Story.LONGER_REFCOUNT_TABLE
                    && story.firstWrong(EnumSet.of(barrier), SEEDS, new ArrayList<>())
                            .isPresent()) {
                return;
            }
        }
        assertThat(barrier).as("no story needs the barrier").isNull();
    }

    @ParameterizedTest
    @EnumSource(
            value = Story.class,
            names = {"LONGER_REFCOUNT_TABLE"},
            mode = EnumSource.Mode.EXCLUDE)
    void afterASyncThatFailedNothingIsWrittenAndWhatIsThereIsSound(Story story) throws Exception {
        var syncs = syncsOf(story);
        for (var failing = 0; failing < syncs; failing++) {
            var scene = story.begin(EnumSet.noneOf(Barrier.class));
            scene.storage().failSync(failing);

            assertThatThrownBy(() -> story.tell(scene)).isInstanceOf(IOException.class);

            var cut = scene.storage().count();
            assertThatThrownBy(() -> scene.write(0, 512, 99)).isInstanceOf(IOException.class);
            assertThatThrownBy(scene::flush).isInstanceOf(IOException.class);
            assertThat(scene.storage().count()).isEqualTo(cut);
        }
    }

    private static long syncsOf(Story story) throws IOException {
        var scene = story.begin(EnumSet.noneOf(Barrier.class));
        story.tell(scene);
        return scene.storage().changes().stream()
                .filter(RecordingStorage.Change.Sync.class::isInstance)
                .count();
    }
}
