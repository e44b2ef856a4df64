package dev.cistern.soak;

import dev.cistern.image.ImageException;
import dev.cistern.image.Images;
import dev.cistern.image.crypto.LuksOptions;
import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.qcow2.Surroundings;
import dev.cistern.image.raw.RawImage;
import dev.cistern.image.storage.MemoryStorage;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Random;

/** Small images in order, of every kind, to begin from. */
public enum SoundImage {
    /** Clusters of 512 bytes: the smallest, with the most tables. */
    SMALL(small()),
    /** Of version 2. */
    VERSION_2(small().withVersion(2)),
    /** Clusters can have one reference only. */
    ONE_BIT(small().withRefcountBits(1)),
    /** The widest refcounts. */
    WIDE(small().withRefcountBits(64)),
    /** Compressed clusters are Zstandard's. */
    ZSTD(small().withZstd()),
    /** Over another image. */
    BACKED(small().withBacking("below", "raw")),
    /** Guest data in another file. */
    DATA_FILE(small().withDataFile("data", false)),
    /** Guest data in another file, as a raw image. */
    RAW_DATA_FILE(small().withDataFile("data", true)),
    /** With subclusters. */
    EXTENDED(Qcow2Options.DEFAULT.withClusterSize(16 * 1024).withExtendedL2()),
    /** Encrypted. */
    ENCRYPTED(
            small().withClusterSize(4096)
                    .withEncryption(
                            LuksOptions.DEFAULT.withIterationTime(Duration.ofMillis(1)),
                            Trial.SECRET));

    private static final int CAPACITY = 128 * 1024;
    private static final int BELOW = 100_000;
    private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

    @SuppressWarnings("ImmutableEnumChecker") // a value, though nothing says so
    private final Qcow2Options options;

    SoundImage(Qcow2Options options) {
        this.options = options;
    }

    private static Qcow2Options small() {
        return Qcow2Options.DEFAULT.withClusterSize(512);
    }

    /** Whether it can have snapshots and compressed clusters. */
    private boolean alone() {
        return options.dataFile().isEmpty();
    }

    /** The bytes of its file. */
    public byte[] bytes() throws IOException {
        var storage = new MemoryStorage("image");
        var data = new MemoryStorage("data");
        if (alone()) {
            Images.create(CAPACITY, options, storage);
        } else {
            Images.create(CAPACITY, options, storage, data);
        }
        try (var image = Qcow2Image.open(storage, true, around(data))) {
            fill(image);
        }
        var bytes = ByteBuffer.allocate((int) storage.size());
        storage.readFully(bytes, 0);
        return bytes.array();
    }

    private static Surroundings around(Storage data) {
        return new Surroundings(
                (_, _, _) -> {
                    var below = new MemoryStorage("below");
                    below.truncate(BELOW);
                    return RawImage.open(below, false);
                },
                (_, _, _) -> data,
                Optional.of(Trial.SECRET));
    }

    private void fill(Qcow2Image image) throws IOException {
        var random = new Random(name().hashCode());
        for (var at : new int[] {0, 3000, 40_000, CAPACITY - 700}) {
            var content = new byte[700];
            random.nextBytes(content);
            image.write(ByteBuffer.wrap(content), at);
        }
        if (alone() && options.encryption().isEmpty()) {
            compress(image);
        }
        if (alone()) {
            try {
                image.createSnapshot("one", CLOCK);
            } catch (ImageException.OutOfRange _) {
                // One reference is all that its refcounts can count.
            }
            image.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 3100);
        }
    }

    private static void compress(Qcow2Image image) throws IOException {
        var text = "all the same, ".repeat(image.clusterSize() / 14 + 1);
        image.writeCompressed(
                ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII), 0, image.clusterSize()),
                64 * 1024);
    }

    private static void layHole(Path file, long length) throws IOException {
        try (var hole = new RandomAccessFile(file.toFile(), "rw")) {
            hole.setLength(length);
        }
    }

    /** Lays the files that these images name beside one. */
    public static void layOthersInto(Path folder) throws IOException {
        layHole(folder.resolve("below"), BELOW);
        layHole(folder.resolve("data"), CAPACITY);
    }
}
