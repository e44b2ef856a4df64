package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.storage.Access;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compressed clusters, as a conversion fills an image with them, are to QEMU what they are to us.
 */
final class CompressedOracleTest extends OracleBench {
    private static final int THREADS = 4;

    /** Some that gets smaller, some that does not, some zeroes. */
    private static byte[] content() {
        var content = new byte[CAPACITY];
        var random = new Random(1);
        for (var at = 0; at < CAPACITY; at += 50_000) {
            var end = Math.min(CAPACITY, at + 50_000);
            switch (random.nextInt(4)) {
                case 0 -> {}
                case 1 -> {
                    var noise = new byte[end - at];
                    random.nextBytes(noise);
                    System.arraycopy(noise, 0, content, at, noise.length);
                }
                default -> {
                    for (var i = at; i < end; i++) {
                        content[i] = (byte) (i / 37 + random.nextInt(3));
                    }
                }
            }
        }
        return content;
    }

    static Stream<Qcow2Options> options() {
        return Stream.of(USUAL, USUAL.withZstd())
                .flatMap(
                        options ->
                                Stream.of(
                                        options,
                                        options.withClusterSize(512),
                                        options.withClusterSize(2 << 20),
                                        options.withClusterSize(32 * 1024).withExtendedL2(),
                                        options.withClusterSize(4096).withRefcountBits(2)));
    }

    @ParameterizedTest
    @MethodSource("options")
    void manyThreadsFillAnImage(Qcow2Options options) throws Exception {
        var content = content();
        create("ours.img", options);
        try (var image = (Qcow2Image) open("ours.img", Access.READ_WRITE);
                var executor = Executors.newFixedThreadPool(THREADS)) {
            var work =
                    IntStream.range(0, THREADS)
                            .mapToObj(thread -> filling(image, content, thread))
                            .toList();
            for (var done : executor.invokeAll(work)) {
                done.get();
            }
        }

        requireClean("ours.img");
        requireContent("ours.img", content);
        assertThat(read("ours.img")).isEqualTo(content);
        overwrite(content);
    }

    private static Callable<Boolean> filling(Qcow2Image image, byte[] content, int thread) {
        return () -> {
            var size = image.clusterSize();
            for (var at = thread * size; at < CAPACITY; at += THREADS * size) {
                image.writeCompressed(
                        ByteBuffer.wrap(content, at, Math.min(size, CAPACITY - at)), at);
            }
            return true;
        };
    }

    /** Whoever writes to a compressed cluster gets one of its own. */
    private void overwrite(byte[] content) throws Exception {
        var random = new Random(2);
        try (var image = (Qcow2Image) open("ours.img", Access.READ_WRITE)) {
            for (var round = 0; round < 30; round++) {
                var part = new byte[1 + random.nextInt(5000)];
                random.nextBytes(part);
                var at = random.nextInt(CAPACITY - part.length);
                image.write(ByteBuffer.wrap(part), at);
                System.arraycopy(part, 0, content, at, part.length);
            }
            image.zero(1 << 20, 1 << 20, Space.FREE);
            Arrays.fill(content, 1 << 20, 2 << 20, (byte) 0);
        }
        requireClean("ours.img");
        requireContent("ours.img", content);
        assertThat(read("ours.img")).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "compression_type=zlib",
                "compression_type=zstd",
                "compression_type=zlib,cluster_size=512",
                "compression_type=zstd,cluster_size=2M",
                "compression_type=zstd,extended_l2=on",
                "compat=0.10,cluster_size=4k"
            })
    void weReadAndOverwriteWhatQemuCompressed(String options) throws Exception {
        var content = content();
        Files.write(folder.resolve("raw.img"), content);
        qemuImg("convert", "-c", "-f", "raw", "-O", "qcow2", "-o", options, "raw.img", "ours.img");

        assertThat(read("ours.img")).isEqualTo(content);
        requireClean("ours.img");
        if (!options.contains("0.10")) {
            overwrite(content);
        }
    }
}
