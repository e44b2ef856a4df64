package dev.cistern.image.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.storage.MemoryStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the tables of an image say, working with it ends in order or in an ImageException. */
final class HostileTablesTest {
    private static final long SEED = 20_260_102;
    private static final int CAPACITY = 256 * 1024;
    private static final long HUGE = 1L << 60;

    static List<Qcow2Options> options() {
        var small = Qcow2Options.DEFAULT.withClusterSize(512);
        return List.of(
                small,
                small.withRefcountBits(1),
                small.withVersion(2),
                small.withZstd(),
                small.withDataFile("data", false),
                Qcow2Options.DEFAULT.withClusterSize(16 * 1024).withExtendedL2());
    }

    private static byte[] sound(Qcow2Options options) throws IOException {
        var storage = new MemoryStorage("image");
        Qcow2Creator.create(
                CAPACITY, options, storage, options.dataFile().map(_ -> new MemoryStorage("data")));
        try (var image = open(storage, true)) {
            var random = new Random(SEED);
            for (var round = 0; round < 20; round++) {
                var content = new byte[1 + random.nextInt(3000)];
                random.nextBytes(content);
                image.write(ByteBuffer.wrap(content), random.nextInt(CAPACITY - content.length));
            }
            if (options.dataFile().isEmpty()) {
                image.writeCompressed(ByteBuffer.allocate(image.clusterSize()), 64 * 1024);
            }
            if (options.refcountBits() > 1 && options.dataFile().isEmpty()) {
                image.createSnapshot("one", Clock.systemUTC());
                image.write(ByteBuffer.wrap(new byte[2000]), 10_000);
            }
        }
        var bytes = ByteBuffer.allocate((int) storage.size());
        storage.readFully(bytes, 0);
        return bytes.array();
    }

    private static Qcow2Image open(MemoryStorage storage, boolean writable) throws IOException {
        return Qcow2Image.open(
                storage,
                writable,
                Surroundings.below(
                                (reference, _, image) -> {
                                    throw new ImageException.Forbidden(
                                            image + ": names " + reference);
                                })
                        .withDataFile((_, _, _) -> new MemoryStorage("data")));
    }

    private static MemoryStorage storageOf(byte[] bytes) throws IOException {
        var storage = new MemoryStorage("image");
        storage.writeFully(ByteBuffer.wrap(bytes), 0);
        return storage;
    }

    @ParameterizedTest
    @MethodSource("options")
    void randomTablesGiveAnAnswerOrAnImageException(Qcow2Options options) throws IOException {
        var sound = sound(options);
        var places = metadata(sound);
        var random = new Random(SEED);
        var refused = 0;
        for (var round = 0; round < 300; round++) {
            var bytes = sound.clone();
            for (var change = random.nextInt(1, 6); change > 0; change--) {
                bytes[places.get(random.nextInt(places.size()))] = (byte) random.nextInt();
            }
            refused += useAll(bytes) ? 0 : 1;
        }
        assertThat(refused).isPositive();
    }

    /** The bytes that are not zero in clusters that look like tables, and the header's. */
    private static List<Integer> metadata(byte[] bytes) throws IOException {
        var header = ImageHeader.read(storageOf(bytes)).header();
        var places = new ArrayList<Integer>();
        for (var at = 8; at < 112; at++) {
            places.add(at);
        }
        for (var start :
                new long[] {
                    header.l1Offset(),
                    header.refcountTableOffset(),
                    header.snapshotsOffset(),
                    ByteBuffer.wrap(bytes).getLong((int) header.refcountTableOffset()),
                    ByteBuffer.wrap(bytes).getLong((int) header.l1Offset()) & 0xfffffffffe00L
                }) {
            for (var at = (int) start; start > 0 && at < start + 256 && at < bytes.length; at++) {
                places.add(at);
            }
        }
        return places;
    }

    /** Reads, writes, changes, checks and repairs; false if any of it was refused. */
    private static boolean useAll(byte[] bytes) throws IOException {
        var fine = use(() -> readAll(storageOf(bytes)));
        fine &= use(() -> changeAll(storageOf(bytes)));
        fine &=
                use(
                        () -> {
                            var storage = storageOf(bytes);
                            Qcow2Checker.check(storage, Repair.NONE);
                            Qcow2Checker.check(storage, Repair.ALL);
                            readAll(storage);
                        });
        return fine;
    }

    /** A use of an image. */
    private interface Use {
        void run() throws IOException;
    }

    private static boolean use(Use use) throws IOException {
        try {
            use.run();
            return true;
        } catch (ImageException e) {
            assertThat(e.getMessage()).startsWith("image: ");
            return false;
        }
    }

    private static void readAll(MemoryStorage storage) throws IOException {
        try (var image = open(storage, false)) {
            var part = ByteBuffer.allocate(4096);
            var end = Math.min(image.capacity(), 2L * CAPACITY);
            for (var at = 0L; at + 4096 <= end; at += 4096) {
                image.read(part.clear(), at);
            }
        }
    }

    private static void changeAll(MemoryStorage storage) throws IOException {
        var image = open(storage, true);
        try {
            if (image.capacity() >= CAPACITY) {
                image.write(ByteBuffer.allocate(5000), 1000);
                image.discard(0, 100_000);
                image.flush();
                image.write(ByteBuffer.allocate(5000), 100_000);
            }
            image.createSnapshot("two", Clock.systemUTC());
            for (var snapshot : image.snapshots()) {
                image.revertToSnapshot(snapshot.id());
                image.deleteSnapshot(snapshot.id());
            }
            image.resize(2 * CAPACITY);
        } finally {
            use(image::close);
        }
    }

    @Test
    void tablesThatNameThemselvesAndEachOtherAreFoundOut() throws IOException {
        var bytes = sound(Qcow2Options.DEFAULT.withClusterSize(512));
        var header = ImageHeader.read(storageOf(bytes)).header();
        var image = ByteBuffer.wrap(bytes);
        image.putLong((int) header.l1Offset(), header.l1Offset());
        image.putLong((int) header.refcountTableOffset(), header.refcountTableOffset());

        var report = Qcow2Checker.check(storageOf(bytes), Repair.NONE);

        assertThat(report.corruptions()).isPositive();
        useAll(bytes);
    }

    @Test
    void aFileOfAnExbibyteOfHolesIsLookedAtInNoTime() throws IOException {
        var storage = new MemoryStorage("image");
        Qcow2Creator.create(CAPACITY, Qcow2Options.DEFAULT, storage);
        storage.truncate(HUGE);
        var l1 = ByteBuffer.allocate(Header.MAX_L1_BYTES);
        for (var entry = 0; entry < l1.limit() / Long.BYTES; entry++) {
            l1.putLong(entry * Long.BYTES, (1L << 40) + ((long) entry << 16));
        }
        storage.writeFully(l1, 1L << 30);
        storage.writeFully(
                ByteBuffer.allocate(12).putInt(l1.limit() / Long.BYTES).putLong(1L << 30).flip(),
                36);

        var report = Qcow2Checker.check(storage, Repair.NONE);

        assertThat(report.corruptions()).isPositive();
    }

    @Test
    void aBombInACompressedClusterIsNotUnpacked() throws IOException {
        var storage = new MemoryStorage("image");
        Qcow2Creator.create(CAPACITY, Qcow2Options.DEFAULT.withClusterSize(512), storage);
        try (var image = open(storage, true)) {
            image.writeCompressed(ByteBuffer.allocate(512), 0);
        }
        var bytes = ByteBuffer.allocate((int) storage.size());
        storage.readFully(bytes, 0);
        for (var at = 5 * 512; at < bytes.limit(); at++) {
            bytes.put(at, (byte) 0xff);
        }

        assertThatThrownBy(() -> readAll(storageOf(bytes.array())))
                .isInstanceOf(ImageException.Corrupt.class);
    }
}
