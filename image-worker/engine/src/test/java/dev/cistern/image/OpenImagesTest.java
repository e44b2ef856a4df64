package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.storage.Access;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who has an image open keeps those off who would disturb, and no others. */
final class OpenImagesTest extends OracleBench {
    @BeforeEach
    void make() throws Exception {
        create("below.img", Qcow2Options.DEFAULT);
        create("image.img", Qcow2Options.DEFAULT.withBacking("below.img", "qcow2"));
        Files.write(folder.resolve("raw.img"), new byte[4096]);
    }

    private Oracle.Run qemuIo(String image, String format, boolean writing) throws Exception {
        var command = writing ? "write 0 512" : "read 0 512";
        return writing
                ? Oracle.run("qemu-io", "-f", format, "-c", command, path(image))
                : Oracle.run("qemu-io", "-r", "-f", format, "-c", command, path(image));
    }

    private static void assertRefused(Oracle.Run run) {
        assertThat(run.output()).contains("lock");
    }

    private static void assertDone(Oracle.Run run) {
        assertThat(run.output()).contains("512/512");
    }

    @Test
    void ourWriterKeepsQemuOffAndOffWhatLiesBelowItsWritersOnly() throws Exception {
        try (var image = open("image.img", Access.READ_WRITE)) {
            image.write(ByteBuffer.allocate(1), 0);

            assertRefused(qemuIo("image.img", "qcow2", true));
            assertRefused(qemuIo("image.img", "qcow2", false));
            assertRefused(qemuIo("below.img", "qcow2", true));
            assertDone(qemuIo("below.img", "qcow2", false));
            assertThat(Images.info(directory, "image.img").capacity()).isPositive();
        }
        assertDone(qemuIo("image.img", "qcow2", true));
    }

    @Test
    void ourReaderLetsReadersIn() throws Exception {
        try (var image = open("image.img", Access.READ);
                var another = open("image.img", Access.READ)) {
            assertThat(another.capacity()).isEqualTo(image.capacity());
            assertRefused(qemuIo("image.img", "qcow2", true));
            assertDone(qemuIo("image.img", "qcow2", false));
        }
    }

    @Test
    void twoWritersInOneProcessConflict() throws Exception {
        try (var image = open("image.img", Access.READ_WRITE)) {
            assertThat(image.capacity()).isPositive();
            for (var access : Access.values()) {
                assertThatThrownBy(() -> open("image.img", access))
                        .isInstanceOf(ImageInUseException.class)
                        .hasMessageContaining("this process");
            }
            assertThatThrownBy(() -> open("below.img", Access.READ_WRITE))
                    .isInstanceOf(ImageInUseException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Access.class)
    void qemusWriterKeepsUsOff(Access access) throws Exception {
        var qemu = holdOpen();
        try {
            assertThatThrownBy(() -> open("image.img", access))
                    .isInstanceOf(ImageInUseException.class)
                    .hasMessageContaining("process " + qemu.pid());
            assertThatThrownBy(() -> open("below.img", Access.READ_WRITE))
                    .isInstanceOf(ImageInUseException.class);
            open("below.img", Access.READ).close();
        } finally {
            qemu.destroyForcibly().waitFor();
        }
        open("image.img", access).close();
    }

    private Process holdOpen() throws IOException {
        var qemu = Oracle.start("stdbuf", "-oL", "qemu-io", "-f", "qcow2", path("image.img"));
        qemu.outputWriter().append("length\n").flush();
        assertThat(qemu.inputReader().readLine()).contains("5 MiB");
        return qemu;
    }

    @Test
    void aRawImageIsLockedToo() throws Exception {
        try (var image = Images.open(directory, "raw.img", OpenOptions.writing(ImageFormat.RAW))) {
            assertThat(image.capacity()).isEqualTo(4096);
            assertRefused(qemuIo("raw.img", "raw", true));
        }
    }

    @Test
    void aFileThatWasReplacedInBetweenIsNotTheOneThatIsOpened() throws Exception {
        create("other.img", Qcow2Options.DEFAULT);
        var old = Path.of(path("image.img"));
        var inode = directory.status("other.img").orElseThrow().inode();
        Files.move(Path.of(path("other.img")), old, StandardCopyOption.REPLACE_EXISTING);

        open("image.img", Access.READ_WRITE).close();

        assertThat(directory.status("image.img").orElseThrow().inode()).isEqualTo(inode);
    }

    @Test
    void withoutAFormatTheContentTells() throws Exception {
        var options = new OpenOptions(Optional.empty(), Access.READ, OpenGate.folder(directory));

        try (var image = Images.open(directory, "image.img", options);
                var raw = Images.open(directory, "raw.img", options)) {
            assertThat(image.format()).isEqualTo(ImageFormat.QCOW2);
            assertThat(raw.format()).isEqualTo(ImageFormat.RAW);
        }
    }

    @Test
    void withoutAGateNothingBelowIsOpened() {
        assertThatThrownBy(
                        () ->
                                Images.open(
                                        directory,
                                        "image.img",
                                        OpenOptions.reading(ImageFormat.QCOW2)))
                .isInstanceOf(ImageException.Forbidden.class)
                .hasMessageContaining("below.img");
    }
}
