package dev.cistern.worker.command;

import static dev.cistern.worker.command.CreateVolumeTest.code;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.ImageEncryption;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.ImageShape;
import dev.cistern.common.message.ImageSource;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.SnapshotRef;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.worker.SecretFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** qcow2 volumes that are encrypted with LUKS, as QEMU sees them. */
class EncryptedVolumesTest {
    private static final SnapshotRef BEFORE =
            new SnapshotRef(
                    UUID.randomUUID(), "before", Instant.parse("2026-11-23T21:00:00Z"), null);

    @TempDir Path folder;
    private final UUID volume = UUID.randomUUID();
    private Workbench bench;
    private TestPool pool;

    @BeforeEach
    void start() throws Exception {
        Files.createDirectories(folder.resolve("secrets"));
        secret("db", "correct horse");
        secret("other", "battery staple");
        bench =
                new Workbench(
                        new SecretFolder(
                                Optional.of(folder.resolve("secrets")), Duration.ofMillis(10)));
        pool = TestPool.started(folder.resolve("pool"), bench);
    }

    private void secret(String name, String passphrase) throws IOException {
        Files.setPosixFilePermissions(
                Files.writeString(folder.resolve("secrets").resolve(name), passphrase),
                PosixFilePermissions.fromString("rw-------"));
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    private static ImageOptions luks(@Nullable String secret) {
        return ImageOptions.USUAL.encrypted(new ImageEncryption("luks", secret));
    }

    private @Nullable Result create(String name, ImageOptions options) throws Exception {
        return bench.run(
                new Command.CreateVolume(
                        pool.place(), volume, 1, name, "qcow2", 4 << 20, TestPool.MODE, options));
    }

    /** Makes one that has something in it. */
    private ImageRef disk() throws Exception {
        assertThat(create("disk", luks("db"))).isInstanceOf(Result.VolumeCreated.class);
        io("disk", "db", "write -P 0x11 64k 64k");
        return secretly("disk", "db");
    }

    private ImageRef secretly(String name, String secret) throws IOException {
        return new ImageRef(name, "qcow2", TestPool.inode(pool.file(name)), secret);
    }

    private String[] opened(String file, String secret) {
        return new String[] {
            "--object",
            "secret,id=s,file=" + folder.resolve("secrets").resolve(secret),
            "--image-opts",
            "driver=qcow2,file.filename=%s,encrypt.key-secret=s".formatted(file)
        };
    }

    private void io(String file, String secret, String command) throws Exception {
        Qemu.require("qemu-io");
        var options = opened(file, secret);
        var process =
                new ProcessBuilder(
                                "qemu-io",
                                options[0],
                                options[1],
                                options[2],
                                "-c",
                                command,
                                options[3])
                        .directory(pool.path().toFile())
                        .redirectErrorStream(true)
                        .start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).doesNotContain("Pattern verification failed");
    }

    private void requireContent(String file, String secret) throws Exception {
        io(file, secret, "read -P 0x11 64k 64k");
        io(file, secret, "read -P 0 0 64k");
        var options = opened(file, secret);
        Qemu.img(pool.path(), "check", "-q", options[0], options[1], options[2], options[3]);
    }

    private static FileFacts file(@Nullable Result result) {
        return ((Result.OfFile) Objects.requireNonNull(result)).file();
    }

    private static @Nullable ImageEncryption encryption(FileFacts file) {
        return Objects.requireNonNull(file.options()).encryption();
    }

    @Test
    void areMadeWithThePassphraseOfTheSecret() throws Exception {
        var result = create("disk", luks("db"));

        assertThat(((Result.VolumeCreated) Objects.requireNonNull(result)).file())
                .satisfies(
                        file ->
                                assertThat(encryption(file))
                                        .isEqualTo(new ImageEncryption("luks", null)));
        io("disk", "db", "write -P 0x11 64k 64k");
        requireContent("disk", "db");
        assertThat(Qemu.info(pool.file("disk")).path("encrypted").asBoolean()).isTrue();
        assertThat(Files.readString(pool.house("journal").resolve(firstOf("journal"))))
                .doesNotContain("correct horse");
    }

    private String firstOf(String room) throws IOException {
        try (var files = Files.list(pool.house(room))) {
            return files.findFirst().orElseThrow().getFileName().toString();
        }
    }

    @Test
    void areNotMadeWithoutIt() throws Exception {
        assertThat(code(create("disk", luks("absent")))).isEqualTo(ProblemCode.SECRET_UNAVAILABLE);
        assertThat(code(create("disk", luks("../secrets/db"))))
                .isEqualTo(ProblemCode.INVALID_REQUEST);
        assertThat(code(create("disk", luks(null)))).isEqualTo(ProblemCode.INVALID_REQUEST);
        assertThat(pool.files()).isEmpty();
        assertThat(pool.staged()).isEmpty();
    }

    @Test
    void growAreCheckedAndHaveSnapshots() throws Exception {
        var disk = disk();

        assertThat(bench.run(new Command.CreateSnapshot(pool.place(), volume, 2, disk, BEFORE)))
                .isInstanceOf(Result.VolumeChanged.class);
        io("disk", "db", "write -P 0x22 64k 64k");
        assertThat(bench.run(new Command.RevertToSnapshot(pool.place(), volume, 3, disk, BEFORE)))
                .isInstanceOf(Result.VolumeChanged.class);
        requireContent("disk", "db");
        assertThat(
                        bench.run(
                                new Command.ResizeVolume(
                                        pool.place(), volume, 4, disk, 8 << 20, false, false)))
                .isInstanceOf(Result.VolumeChanged.class);
        assertThat(Qemu.capacity(pool.file("disk"))).isEqualTo(8 << 20);
        assertThat(
                        bench.run(
                                new Command.CheckVolume(
                                        pool.place(), volume, 5, disk, Command.Repair.ALL)))
                .isInstanceOfSatisfying(
                        Result.VolumeChecked.class,
                        checked -> assertThat(checked.report().corruptions()).isZero());
        requireContent("disk", "db");
    }

    private @Nullable Result clone(
            ImageRef source,
            String format,
            CloneStrategy strategy,
            @Nullable SnapshotRef snapshot,
            @Nullable ImageOptions options)
            throws Exception {
        return bench.run(
                new Command.CloneVolume(
                        pool.place(),
                        UUID.randomUUID(),
                        1,
                        "copy",
                        format,
                        TestPool.MODE,
                        new ImageSource(pool.place(), volume, source, snapshot),
                        strategy,
                        options == null ? null : new ImageShape(options, 0)));
    }

    @Test
    void areClonedAsTheyAre() throws Exception {
        assertThat(clone(disk(), "qcow2", CloneStrategy.FULL, null, null))
                .isInstanceOf(Result.VolumeCloned.class);
        requireContent("copy", "db");
    }

    @Test
    void areLinkedToByImagesThatAreEncryptedToo() throws Exception {
        assertThat(clone(disk(), "qcow2", CloneStrategy.LINKED, null, luks("db")))
                .isInstanceOf(Result.VolumeCloned.class);

        assertThat(Qemu.info(pool.file("copy")).path("encrypted").asBoolean()).isTrue();
        var copy = secretly("copy", "db");
        assertThat(bench.run(new Command.FlattenVolume(pool.place(), UUID.randomUUID(), 2, copy)))
                .isInstanceOf(Result.VolumeChanged.class);
        requireContent("copy", "db");
    }

    @Test
    void areClonedInTheClearOrWithAnotherPassphrase() throws Exception {
        var disk = disk();

        assertThat(clone(disk, "raw", CloneStrategy.FULL, null, ImageOptions.USUAL))
                .isInstanceOf(Result.VolumeCloned.class);
        Qemu.io(pool.file("copy"), "raw", "read -P 0x11 64k 64k");
        Files.delete(pool.file("copy"));
        assertThat(clone(disk, "qcow2", CloneStrategy.FULL, null, luks("other")))
                .isInstanceOf(Result.VolumeCloned.class);
        requireContent("copy", "other");
    }

    @Test
    void areClonedAsTheyWereInASnapshot() throws Exception {
        var disk = disk();
        bench.run(new Command.CreateSnapshot(pool.place(), volume, 2, disk, BEFORE));
        io("disk", "db", "write -P 0x22 64k 64k");

        assertThat(clone(disk, "qcow2", CloneStrategy.FULL, BEFORE, luks("db")))
                .isInstanceOf(Result.VolumeCloned.class);
        requireContent("copy", "db");
    }

    @Test
    void areConverted() throws Exception {
        var convert =
                new Command.ConvertVolume(
                        pool.place(), volume, 2, disk(), "raw", ImageOptions.USUAL);
        assertThat(file(bench.run(convert)).format()).isEqualTo("raw");
        Qemu.io(pool.file("disk"), "raw", "read -P 0x11 64k 64k");

        var back =
                new Command.ConvertVolume(
                        pool.place(), volume, 3, pool.image("disk", "raw"), "qcow2", luks("other"));
        assertThat(encryption(file(bench.run(back)))).isEqualTo(new ImageEncryption("luks", null));
        requireContent("disk", "other");
    }

    /** QEMU's older way, which is read only. */
    @Test
    void areClonedAndConvertedFromLegacyEncryption() throws Exception {
        Qemu.img(
                pool.path(),
                "create",
                "-q",
                "--object",
                "secret,id=s,file=" + folder.resolve("secrets/db"),
                "-f",
                "qcow2",
                "-o",
                "encrypt.key-secret=s,encrypt.format=aes",
                "disk",
                "1M");
        io("disk", "db", "write -P 0x11 64k 64k");
        var image = secretly("disk", "db");

        assertThat(clone(image, "raw", CloneStrategy.FULL, null, ImageOptions.USUAL))
                .isInstanceOf(Result.VolumeCloned.class);
        Qemu.io(pool.file("copy"), "raw", "read -P 0x11 64k 64k");
        var convert =
                new Command.ConvertVolume(pool.place(), volume, 2, image, "qcow2", luks("db"));
        assertThat(encryption(file(bench.run(convert))))
                .isEqualTo(new ImageEncryption("luks", null));
        requireContent("disk", "db");
    }

    @Test
    void areLeftAloneByWhoHasNoSecretOrAnother() throws Exception {
        disk();
        var before = Files.readAllBytes(pool.file("disk"));
        for (var secret : new String[] {null, "other", "absent"}) {
            var image = new ImageRef("disk", "qcow2", TestPool.inode(pool.file("disk")), secret);
            assertThat(
                            code(
                                    bench.run(
                                            new Command.ResizeVolume(
                                                    pool.place(),
                                                    volume,
                                                    2,
                                                    image,
                                                    8 << 20,
                                                    false,
                                                    false))))
                    .isEqualTo(ProblemCode.SECRET_UNAVAILABLE);
            assertThat(code(clone(image, "raw", CloneStrategy.FULL, null, ImageOptions.USUAL)))
                    .isEqualTo(ProblemCode.SECRET_UNAVAILABLE);
        }
        assertThat(Files.readAllBytes(pool.file("disk"))).isEqualTo(before);
        assertThat(pool.files()).containsExactly("disk");
        var found =
                bench.run(
                        new Command.RenameVolume(
                                pool.place(), volume, 3, pool.image("disk", "qcow2"), "web"));
        assertThat(file(found).name()).isEqualTo("web");
        requireContent("web", "db");
    }
}
