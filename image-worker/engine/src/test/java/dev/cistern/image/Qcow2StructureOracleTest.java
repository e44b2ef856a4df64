package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.storage.Access;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots, sizes and chains are to QEMU what they are to us. */
final class Qcow2StructureOracleTest extends OracleBench {
    @Test
    void snapshotsOfOursAreQemus() throws Exception {
        create("ours.img", USUAL);
        var before = new byte[CAPACITY];
        var after = new byte[CAPACITY];
        try (var image = (Qcow2Image) open("ours.img", Access.READ_WRITE)) {
            Arrays.fill(before, 0, 900_000, (byte) 7);
            image.write(ByteBuffer.wrap(before, 0, 900_000), 0);
            image.createSnapshot("first", Clock.systemUTC());
            System.arraycopy(before, 0, after, 0, CAPACITY);
            Arrays.fill(after, 500_000, 2_000_000, (byte) 8);
            image.write(ByteBuffer.wrap(after, 500_000, 1_500_000), 500_000);
            image.createSnapshot("second", Clock.systemUTC());
        }

        requireClean("ours.img");
        requireContent("ours.img", after);
        qemuImg("convert", "-l", "snapshot.name=first", "-O", "raw", "ours.img", "raw.img");
        assertThat(Files.readAllBytes(folder.resolve("raw.img"))).isEqualTo(before);
        qemuImg("snapshot", "-d", "second", "ours.img");
        qemuImg("snapshot", "-a", "first", "ours.img");
        requireClean("ours.img");
        assertThat(read("ours.img")).isEqualTo(before);
    }

    @Test
    void snapshotsOfQemusAreOurs() throws Exception {
        qemuImg("create", "-q", "-f", "qcow2", "-o", "cluster_size=4k", "theirs.img", "5M");
        qemuIo("theirs.img", "write -P 1 0 1M");
        var before = read("theirs.img");
        qemuImg("snapshot", "-c", "one", "theirs.img");
        qemuIo("theirs.img", "write -P 2 512k 2M");
        qemuImg("snapshot", "-c", "two", "theirs.img");
        qemuIo("theirs.img", "write -P 3 100k 64k");

        try (var image = (Qcow2Image) open("theirs.img", Access.READ_WRITE)) {
            assertThat(image.snapshots())
                    .extracting(SnapshotInfo::name)
                    .containsExactly("one", "two");
            image.revertToSnapshot("1");
        }
        requireClean("theirs.img");
        requireContent("theirs.img", before);
        try (var image = (Qcow2Image) open("theirs.img", Access.READ_WRITE)) {
            image.deleteSnapshot("1");
            image.deleteSnapshot("2");
            assertThat(image.snapshots()).isEmpty();
        }
        requireClean("theirs.img");
        requireContent("theirs.img", before);
    }

    @ParameterizedTest
    @ValueSource(longs = {512, 4 << 20, (5 << 20) + 512, 600 << 20, 3L << 40})
    void aResizedImageIsSound(long capacity) throws Exception {
        create("ours.img", USUAL.withClusterSize(16 * 1024));
        try (var image = open("ours.img", Access.READ_WRITE)) {
            image.write(ByteBuffer.wrap(new byte[CAPACITY]), 0);
            image.resize(capacity);
        }

        requireClean("ours.img");
        assertThat(Oracle.info(folder.resolve("ours.img")).number("virtual-size"))
                .isEqualTo(capacity);
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 64})
    void theRefcountTableGrows(int refcountBits) throws Exception {
        create("ours.img", USUAL.withClusterSize(512).withRefcountBits(refcountBits));
        var content = new byte[CAPACITY];
        new Random(3).nextBytes(content);

        try (var image = open("ours.img", Access.READ_WRITE)) {
            image.resize(4 * CAPACITY);
            for (var part = 0; part < 4; part++) {
                image.write(ByteBuffer.wrap(content), (long) part * CAPACITY);
            }
        }

        requireClean("ours.img");
    }

    @Test
    void anotherFileThanThoseOfTheFolderIsRefused() throws Exception {
        Files.createDirectory(folder.resolve("inner"));
        for (var name : List.of("/etc/passwd", "../below.img", "inner/below.img", "..")) {
            create("ours.img", USUAL.withBacking(name, "raw"));
            assertThatThrownBy(() -> open("ours.img", Access.READ))
                    .isInstanceOf(ImageException.Forbidden.class)
                    .hasMessageContaining(name);
            Files.delete(folder.resolve("ours.img"));
        }
    }

    @Test
    void anImageBelowItselfIsRefused() throws Exception {
        create("one.img", USUAL.withBacking("two.img", "qcow2"));
        create("two.img", USUAL.withBacking("one.img", "qcow2"));

        assertThatThrownBy(() -> open("one.img", Access.READ))
                .isInstanceOf(ImageException.Corrupt.class)
                .hasMessageContaining("backing file of itself");
    }
}
