package dev.cistern.image.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.CheckReport;
import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageException;
import dev.cistern.image.raw.RawImage;
import dev.cistern.image.storage.MemoryStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** An image in memory beside the bytes that it must read as, and those of its snapshots. */
final class Model implements AutoCloseable {
    /** Two slices of 512 bytes, or one of 4 KiB more than there must be: everything is evicted. */
    private static final ImageTables.CacheSize SMALL = new ImageTables.CacheSize(1024, 1024);

    final MemoryStorage storage = new MemoryStorage("model");
    final MemoryStorage dataFile = new MemoryStorage("data of the model");
    private final boolean external;
    private final boolean encrypted;
    private final boolean raw;
    private final byte[] below;
    private final Map<String, byte[]> snapshots = new LinkedHashMap<>();
    private Qcow2Image image;
    private byte[] expected;

    /**
     * An image.
     *
     * @param below content of the raw image below, empty for none
     */
    Model(Qcow2Options options, int capacity, byte[] below) throws IOException {
        this.below = below;
        this.expected = Arrays.copyOf(below, capacity);
        Qcow2Creator.create(
                capacity,
                below.length == 0 ? options : options.withBacking("below", "raw"),
                storage,
                options.dataFile().map(_ -> dataFile));
        this.external = options.dataFile().isPresent();
        this.encrypted = options.encryption().isPresent();
        this.raw = options.dataFile().map(Qcow2Options.DataFile::raw).orElse(false);
        this.image = opened();
    }

    private Qcow2Image opened() throws IOException {
        return new Qcow2Opener(
                        storage,
                        true,
                        Surroundings.below((_, _, _) -> below())
                                .withDataFile((_, _, _) -> dataFile)
                                .withSecret(Encrypted.secret()),
                        SMALL,
                        EnumSet.noneOf(Barrier.class))
                .open();
    }

    private RawImage below() throws IOException {
        var file = new MemoryStorage("below");
        file.writeFully(ByteBuffer.wrap(below), 0);
        return RawImage.open(file, false);
    }

    Qcow2Image image() {
        return image;
    }

    int capacity() {
        return expected.length;
    }

    void write(int offset, byte[] content) throws IOException {
        image.write(ByteBuffer.wrap(content), offset);
        System.arraycopy(content, 0, expected, offset, content.length);
    }

    void zero(int offset, int length, DiskImage.Space space) throws IOException {
        image.zero(offset, length, space);
        Arrays.fill(expected, offset, offset + length, (byte) 0);
    }

    /** What was discarded reads as zeroes or as before, cluster by cluster. */
    void discard(int offset, int length) throws IOException {
        image.discard(offset, length);
        var found = read();
        for (var at = offset; at < offset + length; at++) {
            if (found[at] == 0) {
                expected[at] = 0;
            }
        }
    }

    void resize(int capacity) throws IOException {
        try {
            image.resize(capacity);
            expected = Arrays.copyOf(expected, capacity);
        } catch (ImageException.Unsupported e) {
            assertThat(snapshots).isNotEmpty();
        }
    }

    void writeCompressed(int cluster, Random random) throws IOException {
        var offset = cluster * image.clusterSize();
        if (offset < expected.length && !external && !encrypted) {
            var content = new byte[Math.min(image.clusterSize(), expected.length - offset)];
            var pattern = new byte[1 + random.nextInt(40)];
            random.nextBytes(pattern);
            for (var at = 0; at < content.length; at++) {
                content[at] = pattern[at % pattern.length];
            }
            image.writeCompressed(ByteBuffer.wrap(content), offset);
            System.arraycopy(content, 0, expected, offset, content.length);
        }
    }

    void snapshot() throws IOException {
        if (external) {
            assertThatThrownBy(() -> image.createSnapshot("none", Clock.systemUTC()))
                    .isInstanceOf(ImageException.Unsupported.class);
            return;
        }
        try {
            var taken = image.createSnapshot("s" + snapshots.size(), Clock.systemUTC());
            snapshots.put(taken.id(), expected.clone());
        } catch (ImageException.OutOfRange e) {
            assertThat(e).hasMessageContaining("references");
        }
    }

    /** A snapshot that is taken, and given up at once. */
    void passingSnapshot() throws IOException {
        if (external) {
            return;
        }
        try {
            image.deleteSnapshot(image.createSnapshot("passing", Clock.systemUTC()).id());
        } catch (ImageException.OutOfRange e) {
            assertThat(e).hasMessageContaining("references");
        }
    }

    void revert(int which) throws IOException {
        if (!snapshots.isEmpty()) {
            var id = snapshots.keySet().stream().toList().get(which % snapshots.size());
            try {
                image.revertToSnapshot(id);
                expected = Objects.requireNonNull(snapshots.get(id)).clone();
            } catch (ImageException.OutOfRange e) {
                assertThat(e).hasMessageContaining("references");
            }
        }
    }

    void delete(int which) throws IOException {
        if (!snapshots.isEmpty()) {
            var id = snapshots.keySet().stream().toList().get(which % snapshots.size());
            image.deleteSnapshot(id);
            snapshots.remove(id);
        }
    }

    void flush() throws IOException {
        image.flush();
    }

    void reopen() throws IOException {
        image.close();
        requireClean();
        image = opened();
    }

    byte[] read() throws IOException {
        var content = ByteBuffer.allocate(expected.length);
        image.read(content, 0);
        return content.array();
    }

    /** Everything reads as it must, the snapshots too, and the tables are right. */
    void verify() throws IOException {
        assertThat(image.capacity()).isEqualTo(expected.length);
        assertSame("image", read(), expected);
        image.close();
        requireClean();
        if (raw) {
            var content = ByteBuffer.allocate((int) dataFile.size());
            dataFile.readFully(content, 0);
            assertSame("data file", content.array(), expected);
        }
        for (var snapshot : snapshots.entrySet()) {
            try (var view =
                    Qcow2Image.openSnapshot(
                            storage,
                            snapshot.getKey(),
                            Surroundings.below((_, _, _) -> below())
                                    .withSecret(Encrypted.secret()))) {
                var content = ByteBuffer.allocate((int) view.capacity());
                view.read(content, 0);
                assertSame("snapshot " + snapshot.getKey(), content.array(), snapshot.getValue());
            }
        }
        image = opened();
        assertSame("reopened image", read(), expected);
    }

    private static void assertSame(String what, byte[] found, byte[] expected) {
        assertThat(found.length).as(what + " length").isEqualTo(expected.length);
        var at = Arrays.mismatch(found, expected);
        assertThat(at).as("first byte in which the %s is wrong", what).isEqualTo(-1);
    }

    void requireClean() throws IOException {
        var report = check();
        assertThat(report.clean()).as(report.toString()).isTrue();
    }

    CheckReport check() throws IOException {
        return Qcow2Checker.check(storage, Repair.NONE);
    }

    @Override
    public void close() throws IOException {
        image.close();
    }
}
