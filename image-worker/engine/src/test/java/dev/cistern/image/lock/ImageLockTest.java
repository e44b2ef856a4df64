package dev.cistern.image.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.CreateOptions;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.ImageInUseException;
import dev.cistern.image.Images;
import dev.cistern.image.Oracle;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ImageLockTest {
    @TempDir Path folder;
    private Directory directory;

    @BeforeEach
    void open() throws IOException {
        directory = Directory.open(folder);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private void create(ImageFormat format) throws IOException {
        try (var file = directory.createFile("image", 0600)) {
            Images.create(new CreateOptions(format, 1 << 20), file);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ImageFormat.class,
            names = {"RAW", "QCOW2"})
    void whatQemuWritesToIsRefusedAndTheHolderNamed(ImageFormat format) throws Exception {
        create(format);
        var qemu = holdOpen(format);
        try (var file = directory.openFile("image", Access.READ_WRITE)) {
            assertThatThrownBy(() -> Images.lockForRemoval(file))
                    .isInstanceOf(ImageInUseException.class)
                    .hasMessageContaining("process " + qemu.pid())
                    .hasMessageContaining("qemu-io");
        } finally {
            qemu.destroyForcibly().waitFor();
        }
    }

    /** It has the image open and locked once it answers. */
    private Process holdOpen(ImageFormat format) throws IOException {
        var qemu =
                Oracle.start(
                        "stdbuf",
                        "-oL",
                        "qemu-io",
                        "-f",
                        format.text(),
                        folder.resolve("image").toString());
        qemu.outputWriter().append("length\n").flush();
        var line = qemu.inputReader().readLine();
        assertThat(line).contains("1 MiB");
        return qemu;
    }

    @ParameterizedTest
    @EnumSource(
            value = ImageFormat.class,
            names = {"RAW", "QCOW2"})
    void qemuRefusesWhatWeHold(ImageFormat format) throws Exception {
        create(format);

        try (var file = directory.openFile("image", Access.READ_WRITE);
                var lock = Images.lockForRemoval(file)) {
            assertThat(lock).isNotNull();
            var run =
                    Oracle.run(
                            "qemu-io",
                            "-f",
                            format.text(),
                            "-c",
                            "read 0 512",
                            folder.resolve("image").toString());
            assertThat(run.status()).isNotZero();
            assertThat(run.output()).contains("lock");
        }

        assertThat(Oracle.info(folder.resolve("image")).status()).isZero();
    }

    @Test
    void aReaderOfOursKeepsQemusWritersOffAndLetsReadersIn() throws Exception {
        create(ImageFormat.QCOW2);
        var image = folder.resolve("image").toString();

        try (var file = directory.openFile("image", Access.READ);
                var lock = ImageLock.reader(file)) {
            assertThat(lock).isNotNull();
            assertThat(Oracle.run("qemu-io", "-r", "-c", "read 0 512", image).output())
                    .contains("read 512/512");
            assertThat(Oracle.run("qemu-io", "-c", "write 0 512", image).output()).contains("lock");
        }
    }

    @Test
    void twoUsersInOneProcessConflict() throws IOException {
        create(ImageFormat.RAW);

        try (var first = directory.openFile("image", Access.READ_WRITE);
                var second = directory.openFile("image", Access.READ_WRITE);
                var lock = Images.lockForRemoval(first)) {
            assertThat(lock).isNotNull();
            assertThatThrownBy(() -> Images.lockForRemoval(second))
                    .isInstanceOf(ImageInUseException.class)
                    .hasMessageContaining("this process");
        }
    }

    @Test
    void aLockThatIsClosedIsFree() throws IOException {
        create(ImageFormat.RAW);
        try (var file = directory.openFile("image", Access.READ_WRITE)) {
            Images.lockForRemoval(file).close();
            try (var again = directory.openFile("image", Access.READ_WRITE);
                    var lock = Images.lockForRemoval(again)) {
                assertThat(lock).isNotNull();
            }
        }
    }
}
