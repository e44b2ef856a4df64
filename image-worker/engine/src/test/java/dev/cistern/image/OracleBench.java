package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.qcow2.Qcow2Checker;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A folder with images that QEMU and we take turns with. */
abstract class OracleBench {
    static final int CAPACITY = 5 << 20;
    static final Qcow2Options USUAL = Qcow2Options.DEFAULT;

    @TempDir Path folder;
    Directory directory;

    @BeforeEach
    void open() throws IOException {
        directory = Directory.open(folder);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    final void qemuImg(String... arguments) throws Exception {
        var run = Oracle.qemuImg(inFolder(arguments));
        assertThat(run.status()).as(String.join(" ", arguments) + ": " + run.output()).isZero();
    }

    final void qemuIo(String image, String... commands) throws Exception {
        var arguments = new ArrayList<>(List.of("-f", "qcow2"));
        for (var command : commands) {
            arguments.addAll(List.of("-c", command));
        }
        arguments.add(path(image));
        var run = Oracle.run("qemu-io", arguments.toArray(String[]::new));
        assertThat(run.output()).doesNotContain("rror", "failed");
        assertThat(run.status()).as(run.output()).isZero();
    }

    /** Words that end in {@code .img} are files of the folder. */
    private String[] inFolder(String... arguments) {
        return Arrays.stream(arguments)
                .map(word -> word.matches("\\w+\\.img") ? path(word) : word)
                .toArray(String[]::new);
    }

    final String path(String name) {
        return folder.resolve(name).toString();
    }

    final DiskImage open(String name, Access access) throws IOException {
        return Images.open(
                directory,
                name,
                new OpenOptions(
                        Optional.of(ImageFormat.QCOW2), access, OpenGate.folder(directory)));
    }

    final void create(String name, Qcow2Options options) throws IOException {
        try (var file = directory.createFile(name, 0600)) {
            Images.create(CAPACITY, options, file);
        }
    }

    final void requireClean(String name) throws Exception {
        qemuImg("check", "-q", "-f", "qcow2", name);
        try (var file = directory.openFile(name, Access.READ)) {
            var report = Qcow2Checker.check(file, Repair.NONE);
            assertThat(report.clean()).as(report.toString()).isTrue();
            var qemu = Oracle.qemuImg("check", "--output=json", "-f", "qcow2", path(name));
            assertThat(report.imageEndOffset()).isEqualTo(qemu.number("image-end-offset"));
            assertThat(report.totalClusters()).isEqualTo(qemu.number("total-clusters"));
            if (qemu.has("allocated-clusters")) {
                assertThat(report.allocatedClusters()).isEqualTo(qemu.number("allocated-clusters"));
            }
            if (qemu.has("compressed-clusters")) {
                assertThat(report.compressedClusters())
                        .isEqualTo(qemu.number("compressed-clusters"));
            }
        }
    }

    final void requireContent(String name, byte[] content) throws Exception {
        Files.write(folder.resolve("expected.img"), content);
        qemuImg("compare", "-q", "-f", "raw", "-F", "qcow2", "expected.img", name);
    }

    /** What QEMU reads of an image, whatever its format. */
    final byte[] contentOf(String name) throws Exception {
        qemuImg("convert", "-O", "raw", name, "content.img");
        return Files.readAllBytes(folder.resolve("content.img"));
    }

    final byte[] read(String name) throws IOException {
        try (var image = open(name, Access.READ)) {
            var content = ByteBuffer.allocate((int) image.capacity());
            image.read(content, 0);
            return content.array();
        }
    }
}
