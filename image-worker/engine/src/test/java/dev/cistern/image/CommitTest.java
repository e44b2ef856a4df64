package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.storage.Access;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an image has of its own goes into the one below, and it reads the same. */
final class CommitTest extends OracleBench {
    @ParameterizedTest
    @CsvSource({
        "compat=1.1, true",
        "compat=1.1, false",
        "compat=0.10, true",
        "cluster_size=512, true",
        "extended_l2=on, true"
    })
    void whatWasCommittedIsInTheImageBelow(String options, boolean empties) throws Exception {
        Files.write(folder.resolve("root.img"), new byte[1 << 20]);
        qemuImg("create", "-q", "-f", "qcow2", "-b", "root.img", "-F", "raw", "base.img", "3M");
        qemuIo("base.img", "write -P 5 0 3M");
        qemuImg(
                "create",
                "-q",
                "-f",
                "qcow2",
                "-o",
                options,
                "-b",
                "base.img",
                "-F",
                "qcow2",
                "image.img",
                "5M");
        qemuIo("image.img", "write -P 6 100k 1M", "write -P 7 4M 3k", "write -z 2M 256k");
        qemuImg("snapshot", "-c", "kept", "image.img");
        qemuIo("image.img", "write -P 8 1M 300k");
        var before = contentOf("image.img");

        BackingFiles.commit(directory, "image.img", 1, empties, inFolder(), Progress.NONE);

        assertThat(contentOf("image.img")).isEqualTo(before);
        assertThat(contentOf("base.img")).isEqualTo(before);
        requireClean("image.img");
        requireClean("base.img");
        try (var image = open("image.img", Access.READ)) {
            assertThat(image.map(1 << 20, 512).depth()).isEqualTo(empties ? 1 : 0);
        }
        qemuImg("snapshot", "-d", "kept", "image.img");
        requireClean("image.img");
        if (empties) {
            assertThat(
                            Oracle.qemuImg("check", "--output=json", path("image.img"))
                                    .has("allocated-clusters"))
                    .isFalse();
        }
    }

    @Test
    void whatLiesAboveCanBeCommittedFurtherDown() throws Exception {
        Files.write(
                folder.resolve("base.img"),
                "b".repeat(6 << 20).getBytes(StandardCharsets.US_ASCII));
        qemuImg("create", "-q", "-f", "qcow2", "-b", "base.img", "-F", "raw", "middle.img", "4M");
        qemuIo("middle.img", "write -P 1 1M 64k", "write -z 2M 64k");
        qemuImg(
                "create",
                "-q",
                "-f",
                "qcow2",
                "-b",
                "middle.img",
                "-F",
                "qcow2",
                "image.img",
                "5M");
        qemuIo("image.img", "write -P 2 3M 64k");
        var before = contentOf("image.img");

        BackingFiles.commit(directory, "image.img", 2, false, inFolder(), Progress.NONE);

        assertThat(contentOf("image.img")).isEqualTo(before);
        var base = Files.readAllBytes(folder.resolve("base.img"));
        assertThat(base).hasSize(6 << 20).startsWith(before);
        assertThatThrownBy(
                        () ->
                                BackingFiles.commit(
                                        directory,
                                        "image.img",
                                        3,
                                        false,
                                        inFolder(),
                                        Progress.NONE))
                .isInstanceOf(ImageException.OutOfRange.class)
                .hasMessageContaining("2 images below it");
    }

    @Test
    void aCancelledCommitLeavesTheImageAsItReads() throws Exception {
        Files.write(folder.resolve("base.img"), new byte[5 << 20]);
        qemuImg("create", "-q", "-f", "qcow2", "-b", "base.img", "-F", "raw", "image.img");
        qemuIo("image.img", "write -P 2 0 5M");
        var before = contentOf("image.img");

        assertThatThrownBy(
                        () ->
                                BackingFiles.commit(
                                        directory,
                                        "image.img",
                                        1,
                                        true,
                                        inFolder(),
                                        (done, _) -> {
                                            if (done > 2 << 20) {
                                                throw new IOException("enough");
                                            }
                                        }))
                .hasMessage("enough");

        assertThat(contentOf("image.img")).isEqualTo(before);
        requireClean("image.img");
    }

    @Test
    void whoWritesToAnImageBelowKeepsACommitOff() throws Exception {
        create("base.img", USUAL);
        create("image.img", USUAL.withBacking("base.img", "qcow2"));
        try (var reader = open("base.img", Access.READ)) {
            assertThat(reader.capacity()).isEqualTo(CAPACITY);
            assertThatThrownBy(
                            () ->
                                    BackingFiles.commit(
                                            directory,
                                            "image.img",
                                            1,
                                            true,
                                            inFolder(),
                                            Progress.NONE))
                    .isInstanceOf(ImageInUseException.class);
        }
    }

    private OpenOptions inFolder() {
        return OpenOptions.writing(ImageFormat.QCOW2).through(OpenGate.folder(directory));
    }
}
