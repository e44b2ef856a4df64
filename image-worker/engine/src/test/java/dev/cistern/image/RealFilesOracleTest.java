package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.crypto.LuksOptions;
import dev.cistern.image.operations.Conversion;
import dev.cistern.image.operations.Convert;
import dev.cistern.image.operations.NewImage;
import dev.cistern.image.storage.Access;
import dev.cistern.image.vmdk.VmdkOptions;
import dev.cistern.image.vmdk.VmdkOptions.Subformat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Real files, moved from every format to every other: QEMU makes the image that is converted, and
 * judges the one that it becomes.
 */
final class RealFilesOracleTest extends OracleBench {
    private static final Secret SECRET = Secret.of("files".toCharArray());
    private static final String KEY = "secret,id=key,data=files";

    /**
     * A file system with files of this machine in it, a hole, an archive of the same files, and
     * another hole; 11 MiB and 75 sectors, which no cluster or grain divides.
     */
    private static final String SOURCE =
            """
            set -e
            tar -cf - --sort=name -C /usr bin lib share 2>/dev/null | head -c 3M >files.tar
            mkdir tree
            tar -xf files.tar -C tree 2>/dev/null || true # It ends within a file.
            mke2fs -q -F -t ext4 -O ^has_journal -d tree source.img 6M
            truncate -s 8M source.img
            cat files.tar >>source.img
            truncate -s %d source.img
            """
                    .formatted((11 << 20) + 75 * 512);

    @TempDir static Path sources;

    @BeforeAll
    static void makeSource() throws Exception {
        var path = "PATH=$PATH:/usr/sbin:/sbin\n";
        var run = Oracle.run("sh", "-c", path + "cd '%s'\n".formatted(sources) + SOURCE);
        assertThat(run.status()).as(run.output()).isZero();
    }

    /** A format, with the options by which qemu-img makes it. */
    record Kind(String name, ImageFormat format, NewImage target, List<String> options) {
        private static Kind qcow2(String name, NewImage target, String... options) {
            return new Kind(name, ImageFormat.QCOW2, target, List.of(options));
        }

        private static Kind vmdk(Subformat subformat) {
            return new Kind(
                    subformat.text(),
                    ImageFormat.VMDK,
                    new NewImage.Vmdk(VmdkOptions.DEFAULT.withSubformat(subformat), "to.img"),
                    List.of("-o", "subformat=" + subformat.text()));
        }

        /** QEMU checks none that has no tables. */
        private boolean isChecked() {
            return format != ImageFormat.RAW && !name.endsWith("Flat");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static final Kind RAW = new Kind("raw", ImageFormat.RAW, NewImage.raw(), List.of());
    private static final Kind LUKS =
            Kind.qcow2(
                    "luks",
                    NewImage.qcow2(
                            USUAL.withEncryption(
                                    LuksOptions.DEFAULT.withIterationTime(Duration.ofMillis(5)),
                                    SECRET)));

    static List<Kind> kinds() {
        var kinds =
                new ArrayList<>(
                        List.of(
                                RAW,
                                Kind.qcow2("qcow2", NewImage.qcow2(USUAL)),
                                Kind.qcow2("zlib", new NewImage.Qcow2(USUAL, true), "-c"),
                                Kind.qcow2(
                                        "zstd",
                                        new NewImage.Qcow2(USUAL.withZstd(), true),
                                        "-c",
                                        "-o",
                                        "compression_type=zstd"),
                                LUKS));
        Arrays.stream(Subformat.values()).map(Kind::vmdk).forEach(kinds::add);
        return kinds;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void becomesEveryOtherFormat(Kind from) throws Exception {
        Files.copy(
                sources.resolve("source.img"),
                folder.resolve("source.img"),
                StandardCopyOption.COPY_ATTRIBUTES);
        make(from);
        for (var to : kinds()) {
            try (var image = open("from.img", from)) {
                Convert.into(
                        directory, "to.img", 0600, image, Conversion.to(to.target), Progress.NONE);
            }
            requireSame(to);
            remove();
        }
    }

    /** An encrypted one by us, since QEMU measures the machine for seconds to make a key slot. */
    private void make(Kind kind) throws Exception {
        if (kind.equals(LUKS)) {
            try (var image = open("source.img", RAW);
                    var file = directory.createFile("from.img", 0600)) {
                Convert.into(file, image, Conversion.to(kind.target), Progress.NONE);
            }
            return;
        }
        var words = new ArrayList<>(List.of("convert", "-f", "raw", "-O", kind.format.text()));
        words.addAll(kind.options);
        words.addAll(List.of("source.img", "from.img"));
        qemuImg(words.toArray(String[]::new));
    }

    private DiskImage open(String name, Kind kind) throws IOException {
        return Images.open(
                directory,
                name,
                new OpenOptions(
                        Optional.of(kind.format),
                        Access.READ,
                        OpenGate.folder(directory),
                        kind.equals(LUKS) ? Secrets.ofTop(SECRET) : Secrets.none()));
    }

    private void requireSame(Kind kind) throws Exception {
        if (kind.equals(LUKS)) {
            var encrypted = "driver=qcow2,encrypt.key-secret=key,file.filename=" + path("to.img");
            var plain = "driver=raw,file.filename=" + path("source.img");
            qemuImg("compare", "--object", KEY, "--image-opts", plain, encrypted);
            qemuImg("check", "-q", "--object", KEY, "--image-opts", encrypted);
            return;
        }
        qemuImg("compare", "-f", "raw", "-F", kind.format.text(), "source.img", "to.img");
        if (kind.isChecked()) {
            qemuImg("check", "-q", "-f", kind.format.text(), "to.img");
        }
        if (kind.format == ImageFormat.VMDK) {
            var gate = OpenGate.folder(directory);
            assertThat(VmdkImages.check(directory, "to.img", gate, Repair.NONE).clean())
                    .as("%s is clean", kind)
                    .isTrue();
        }
    }

    private void remove() throws IOException {
        for (var name : directory.list()) {
            if (name.startsWith("to")) {
                directory.unlink(name);
            }
        }
    }
}
