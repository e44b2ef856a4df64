package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.qcow2.Amendment;
import dev.cistern.image.qcow2.Qcow2Checker;
import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that were made of another version read the same, to QEMU too. */
final class AmendOracleTest {
    @TempDir Path folder;

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private void tool(String tool, String... arguments) throws Exception {
        var run = Oracle.run(tool, arguments);
        assertThat(run.status()).as(run.output()).isZero();
    }

    private void amend(String name, Amendment amendment) throws IOException {
        try (var directory = Directory.open(folder);
                var chain =
                        Images.openChain(
                                directory,
                                name,
                                new OpenOptions(
                                        Optional.of(ImageFormat.QCOW2),
                                        Access.READ_WRITE,
                                        OpenGate.anywhere()))) {
            ((Qcow2Image) chain.top()).amend(amendment);
        }
    }

    private void requireClean(String name) throws Exception {
        tool("qemu-img", "check", path(name));
        try (var directory = Directory.open(folder);
                var file = directory.openFile(name, Access.READ)) {
            assertThat(Qcow2Checker.check(file, CheckReport.Repair.NONE))
                    .matches(CheckReport::sound);
        }
    }

    @Test
    void zeroesStayZeroesInVersion2() throws Exception {
        tool("qemu-img", "create", "-q", "-f", "qcow2", path("below"), "1M");
        tool("qemu-io", "-c", "write -P 1 0 1M", path("below"));
        tool(
                "qemu-img",
                "create",
                "-q",
                "-f",
                "qcow2",
                "-b",
                path("below"),
                "-F",
                "qcow2",
                path("image"),
                "2M");
        tool(
                "qemu-io",
                "-c",
                "write -P 2 64k 64k",
                "-c",
                "write -z 256k 192k",
                "-c",
                "write -z 1536k 128k",
                path("image"));
        tool("qemu-img", "convert", "-O", "raw", path("image"), path("expected"));

        amend("image", Amendment.ofVersion(2));

        assertThat(Oracle.info(folder.resolve("image")).text("compat")).isEqualTo("0.10");
        requireClean("image");
        tool("qemu-img", "compare", "-f", "qcow2", path("image"), path("expected"));
    }

    @Test
    void snapshotsKnowTheirCapacityInVersion3() throws Exception {
        tool("qemu-img", "create", "-q", "-f", "qcow2", "-o", "compat=0.10", path("image"), "1M");
        tool("qemu-io", "-c", "write -P 1 0 64k", path("image"));
        tool("qemu-img", "snapshot", "-c", "one", path("image"));
        withoutExtraData(folder.resolve("image"));

        amend("image", Amendment.ofVersion(3));
        requireClean("image");
        tool("qemu-img", "resize", "-q", path("image"), "2M");
        tool("qemu-img", "snapshot", "-a", "one", path("image"));

        assertThat(Oracle.info(folder.resolve("image")).text("compat")).isEqualTo("1.1");
        assertThat(Oracle.info(folder.resolve("image")).number("virtual-size")).isEqualTo(1 << 20);
        requireClean("image");
    }

    /** Makes the only snapshot look as the first writers of version 2 made them. */
    private static void withoutExtraData(Path image) throws IOException {
        var bytes = ByteBuffer.wrap(Files.readAllBytes(image));
        var row = (int) bytes.getLong(64);
        var extra = bytes.getInt(row + 36);
        var idAndName = bytes.getShort(row + 12) + bytes.getShort(row + 14);
        var texts =
                Arrays.copyOfRange(bytes.array(), row + 40 + extra, row + 40 + extra + idAndName);
        bytes.putInt(row + 36, 0).put(row + 40, texts);
        Files.write(image, bytes.array());
    }

    @Test
    void lazyRefcountsAreTurnedOnAndOff() throws Exception {
        tool("qemu-img", "create", "-q", "-f", "qcow2", path("image"), "1M");

        amend("image", Amendment.ofLazyRefcounts(true));
        assertThat(Oracle.info(folder.resolve("image")).text("lazy-refcounts")).isEqualTo("true");
        requireClean("image");

        amend("image", Amendment.ofLazyRefcounts(false));
        assertThat(Oracle.info(folder.resolve("image")).text("lazy-refcounts")).isEqualTo("false");
        requireClean("image");
    }

    @Test
    void bitmapsOutliveAnAmendment() throws Exception {
        tool("qemu-img", "create", "-q", "-f", "qcow2", path("image"), "1M");
        tool("qemu-img", "bitmap", "--add", path("image"), "one");

        amend("image", Amendment.ofLazyRefcounts(true));

        requireClean("image");
        assertThat(Oracle.info(folder.resolve("image")).output())
                .contains("\"name\": \"one\"")
                .doesNotContain("in-use");
    }

    @Test
    void whatVersion2CannotHaveIsRefusedAndNothingChanges() throws Exception {
        tool("qemu-img", "create", "-q", "-f", "qcow2", "-o", "refcount_bits=8", path("r"), "1M");
        tool("qemu-img", "create", "-q", "-f", "qcow2", "-o", "extended_l2=on", path("e"), "1M");
        tool("qemu-img", "create", "-q", "-f", "qcow2", path("b"), "1M");
        tool("qemu-img", "bitmap", "--add", path("b"), "one");
        tool("qemu-img", "create", "-q", "-f", "qcow2", path("s"), "1M");
        tool("qemu-io", "-c", "write 0 64k", "-c", "write -z 64k 64k", path("s"));
        tool("qemu-img", "snapshot", "-c", "one", path("s"));

        for (var name : new String[] {"r", "e", "b", "s"}) {
            assertThatThrownBy(() -> amend(name, Amendment.ofVersion(2)))
                    .isInstanceOf(ImageException.Unsupported.class)
                    .hasMessageContaining(path(name));
            assertThat(Oracle.info(folder.resolve(name)).text("compat")).isEqualTo("1.1");
            requireClean(name);
        }
    }

    @Test
    void anAmendedImageIsNotWrittenToUntilItIsOpenedAgain() throws Exception {
        tool("qemu-img", "create", "-q", "-f", "qcow2", path("image"), "1M");
        try (var directory = Directory.open(folder);
                var image =
                        (Qcow2Image)
                                Images.open(
                                        directory,
                                        "image",
                                        OpenOptions.writing(ImageFormat.QCOW2))) {
            image.amend(Amendment.ofVersion(2));
            assertThatThrownBy(() -> image.write(ByteBuffer.allocate(512), 0))
                    .hasMessageContaining("open it again");
        }
        requireClean("image");
    }
}
