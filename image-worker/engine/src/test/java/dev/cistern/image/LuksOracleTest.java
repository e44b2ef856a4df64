package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.crypto.CipherSpec;
import dev.cistern.image.crypto.Hash;
import dev.cistern.image.crypto.LuksOptions;
import dev.cistern.image.qcow2.Qcow2Checker;
import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.storage.Access;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What we encrypt QEMU decrypts, and the other way round. */
final class LuksOracleTest extends OracleBench {
    private static final String PASSPHRASE = "correct horse";
    private static final String OTHER = "battery staple";
    private static final LuksOptions QUICK =
            LuksOptions.DEFAULT.withIterationTime(Duration.ofMillis(5));

    private static Secret secret(String text) {
        return Secret.of(text.toCharArray());
    }

    private Qcow2Image openWith(String name, Access access, String passphrase) throws IOException {
        try (var secret = secret(passphrase)) {
            return (Qcow2Image)
                    Images.open(
                            directory,
                            name,
                            new OpenOptions(
                                    Optional.of(ImageFormat.QCOW2),
                                    access,
                                    OpenGate.folder(directory),
                                    Secrets.ofTop(secret)));
        }
    }

    private byte[] readWith(String name) throws IOException {
        try (var image = openWith(name, Access.READ, PASSPHRASE)) {
            var content = ByteBuffer.allocate((int) image.capacity());
            image.read(content, 0);
            return content.array();
        }
    }

    private String options(String name) {
        return "driver=qcow2,encrypt.key-secret=s,file.filename=" + path(name);
    }

    private static String object(String passphrase) {
        return "secret,id=s,data=" + passphrase;
    }

    private void qemuIoWith(String name, String passphrase, String... commands) throws Exception {
        var arguments = new ArrayList<>(List.of("--object", object(passphrase), "--image-opts"));
        for (var command : commands) {
            arguments.addAll(List.of("-c", command));
        }
        arguments.add(options(name));
        var run = Oracle.run("qemu-io", arguments.toArray(String[]::new));
        assertThat(run.output()).doesNotContain("rror", "failed", "nvalid");
        assertThat(run.status()).as(run.output()).isZero();
    }

    private byte[] decryptedByQemu(String name) throws Exception {
        qemuImg(
                "convert",
                "--object",
                object(PASSPHRASE),
                "--image-opts",
                options(name),
                "-O",
                "raw",
                "raw.img");
        return Files.readAllBytes(folder.resolve("raw.img"));
    }

    private void requireSound(String name) throws Exception {
        qemuImg("check", "-q", "--object", object(PASSPHRASE), "--image-opts", options(name));
        try (var file = directory.openFile(name, Access.READ)) {
            var report = Qcow2Checker.check(file, Repair.NONE);
            assertThat(report.clean()).as(report.toString()).isTrue();
        }
    }

    private static byte[] change(Qcow2Image image, byte[] before, int seed) throws IOException {
        var content = before.clone();
        var random = new Random(seed);
        for (var round = 0; round < 60; round++) {
            var offset = random.nextInt(content.length);
            var most = random.nextBoolean() ? 2000 : 300_000;
            var length = Math.min(1 + random.nextInt(most), content.length - offset);
            if (round % 4 == 0) {
                image.zero(offset, length, random.nextBoolean() ? Space.KEEP : Space.FREE);
                Arrays.fill(content, offset, offset + length, (byte) 0);
            } else {
                var part = new byte[length];
                random.nextBytes(part);
                image.write(ByteBuffer.wrap(part), offset);
                System.arraycopy(part, 0, content, offset, length);
            }
        }
        return content;
    }

    static Stream<Qcow2Options> ours() {
        var essiv =
                new CipherSpec(
                        128, CipherSpec.Mode.CBC, CipherSpec.Iv.ESSIV, Optional.of(Hash.SHA256));
        var small = new CipherSpec(192, CipherSpec.Mode.XTS, CipherSpec.Iv.PLAIN, Optional.empty());
        var secret = secret(PASSPHRASE);
        return Stream.of(
                USUAL.withEncryption(QUICK, secret),
                USUAL.withEncryption(QUICK.withCipher(essiv).withHash(Hash.SHA512), secret),
                USUAL.withEncryption(QUICK.withCipher(small).withHash(Hash.SHA1), secret),
                USUAL.withVersion(2).withEncryption(QUICK, secret),
                USUAL.withClusterSize(512).withEncryption(QUICK, secret),
                USUAL.withExtendedL2().withEncryption(QUICK, secret),
                USUAL.withPreallocation(Preallocation.METADATA).withEncryption(QUICK, secret),
                USUAL.withPreallocation(Preallocation.FULL).withEncryption(QUICK, secret),
                USUAL.withBacking("below.img", "raw").withEncryption(QUICK, secret));
    }

    @ParameterizedTest
    @MethodSource("ours")
    void qemuReadsWhatWeEncrypt(Qcow2Options options) throws Exception {
        var before = new byte[CAPACITY];
        if (options.backing().isPresent()) {
            new Random(9).nextBytes(before);
            Files.write(folder.resolve("below.img"), before);
        }
        create("ours.img", options);
        assertThat(decryptedByQemu("ours.img")).isEqualTo(before);

        byte[] content;
        try (var image = openWith("ours.img", Access.READ_WRITE, PASSPHRASE)) {
            content = change(image, before, 1);
        }

        requireSound("ours.img");
        assertThat(decryptedByQemu("ours.img")).isEqualTo(content);
        assertThat(readWith("ours.img")).isEqualTo(content);
        requireSameInfo("ours.img");
    }

    private void requireSameInfo(String name) throws Exception {
        var info = Images.info(directory, name);
        var details = (ImageInfo.Details.Qcow2) info.details();
        var luks = (EncryptionInfo.Luks) details.encryption().orElseThrow();
        var qemu = Oracle.info(folder.resolve(name));
        assertThat(qemu.text("encrypted")).isEqualTo("true");
        assertThat(luks.cipher()).isEqualTo(qemu.text("cipher-alg"));
        assertThat(luks.mode()).isEqualTo(qemu.text("cipher-mode"));
        assertThat(luks.iv()).isEqualTo(qemu.text("ivgen-alg"));
        assertThat(luks.ivHash().isPresent()).isEqualTo(qemu.has("ivgen-hash-alg"));
        assertThat(luks.hash()).isEqualTo(qemu.text("hash-alg"));
        assertThat(luks.uuid()).isEqualTo(qemu.text("uuid"));
        assertThat(luks.payloadOffset()).isEqualTo(qemu.number("payload-offset"));
        assertThat(luks.masterKeyIterations()).isEqualTo(qemu.number("master-key-iters"));
        assertThat(luks.slots().getFirst().iterations()).isEqualTo(qemu.number("iters"));
        assertThat(luks.slots().getFirst().keyOffset()).isEqualTo(qemu.number("key-offset"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",encrypt.cipher-alg=aes-128,encrypt.cipher-mode=cbc,encrypt.ivgen-alg=essiv,encrypt.ivgen-hash-alg=sha256,compat=0.10",
                ",encrypt.cipher-alg=aes-192,encrypt.ivgen-alg=plain,encrypt.hash-alg=sha1,extended_l2=on"
            })
    void weGoOnWithWhatQemuEncrypts(String options) throws Exception {
        createByQemu("theirs.img", "encrypt.format=luks,encrypt.iter-time=10" + options);
        qemuIoWith(
                "theirs.img",
                PASSPHRASE,
                "write -P 0x11 0 100k",
                "write -P 0x22 1000k 700k",
                "write -z 1100k 128k",
                "write -P 0x44 3000k 512",
                "discard 1200k 200k");
        var before = decryptedByQemu("theirs.img");
        assertThat(readWith("theirs.img")).isEqualTo(before);

        byte[] content;
        try (var image = openWith("theirs.img", Access.READ_WRITE, PASSPHRASE)) {
            content = change(image, before, 2);
        }

        requireSound("theirs.img");
        assertThat(decryptedByQemu("theirs.img")).isEqualTo(content);
        requireSameInfo("theirs.img");
    }

    private void createByQemu(String name, String options) throws Exception {
        byQemuOrAgain(
                "create",
                "-q",
                "-f",
                "qcow2",
                "--object",
                object(PASSPHRASE),
                "-o",
                "encrypt.key-secret=s," + options,
                path(name),
                "5M");
    }

    /** QEMU gives up where a loaded machine does not let it measure how fast it is. */
    private static void byQemuOrAgain(String... arguments) throws Exception {
        Oracle.Run run;
        do {
            run = Oracle.qemuImg(arguments);
        } while (run.output().contains("accurate CPU usage"));
        assertThat(run.status()).as(run.output()).isZero();
    }

    @Test
    void snapshotsAndSizesOfEncryptedImagesAreSound() throws Exception {
        try (var secret = secret(PASSPHRASE)) {
            create("ours.img", USUAL.withClusterSize(4096).withEncryption(QUICK, secret));
        }
        byte[] first;
        byte[] second;
        try (var image = openWith("ours.img", Access.READ_WRITE, PASSPHRASE)) {
            first = change(image, new byte[CAPACITY], 3);
            image.createSnapshot("one", Clock.systemUTC());
            second = change(image, first, 4);
            image.discard(1 << 20, 1 << 20);
            image.resize(1_000_448);
            image.resize(2L * CAPACITY);
        }
        second = Arrays.copyOf(Arrays.copyOf(second, 1_000_448), 2 * CAPACITY);

        requireSound("ours.img");
        assertThat(decryptedByQemu("ours.img")).isEqualTo(second);
        try (var image = openWith("ours.img", Access.READ_WRITE, PASSPHRASE)) {
            image.revertToSnapshot("1");
            image.deleteSnapshot("1");
        }
        requireSound("ours.img");
        assertThat(decryptedByQemu("ours.img")).isEqualTo(first);
    }

    @Test
    void passphrasesComeAndGo() throws Exception {
        try (var secret = secret(PASSPHRASE)) {
            create("ours.img", USUAL.withEncryption(QUICK, secret));
        }
        try (var image = openWith("ours.img", Access.READ_WRITE, PASSPHRASE);
                var other = secret(OTHER);
                var first = secret(PASSPHRASE)) {
            var slots = image.keySlots().orElseThrow();
            assertThatThrownBy(() -> slots.erase(0, false))
                    .isInstanceOf(ImageException.OutOfRange.class)
                    .hasMessageContaining("nobody could read");
            slots.add(other, OptionalInt.of(6), Duration.ofMillis(5));
            assertThatThrownBy(() -> slots.add(other, OptionalInt.of(6), Duration.ofMillis(5)))
                    .isInstanceOf(ImageException.OutOfRange.class)
                    .hasMessageContaining("in use");
            image.write(ByteBuffer.wrap(new byte[] {42}), 77);
            qemuReadsWith(image, PASSPHRASE, OTHER);
            slots.erase(first, false);
            assertThat(slots.slotsOf(other)).containsExactly(6);
            assertThat(slots.slotsOf(first)).isEmpty();
        }

        qemuIoWith("ours.img", OTHER, "read -P 42 77 1");
        assertThatThrownBy(() -> openWith("ours.img", Access.READ, PASSPHRASE))
                .isInstanceOf(ImageException.Locked.class)
                .hasMessageContaining("fits none");
        requireSameSlots();
    }

    private void qemuReadsWith(Qcow2Image image, String... passphrases) throws Exception {
        image.flush();
        for (var passphrase : passphrases) {
            var run =
                    Oracle.run(
                            "qemu-io",
                            "-U",
                            "--object",
                            object(passphrase),
                            "--image-opts",
                            "-c",
                            "read -P 42 77 1",
                            options("ours.img") + ",file.locking=off");
            assertThat(run.output()).doesNotContain("failed", "nvalid");
        }
    }

    private void requireSameSlots() throws Exception {
        var details = (ImageInfo.Details.Qcow2) Images.info(directory, "ours.img").details();
        var luks = (EncryptionInfo.Luks) details.encryption().orElseThrow();
        assertThat(luks.slots().stream().map(EncryptionInfo.Slot::active))
                .containsExactly(false, false, false, false, false, false, true, false);
        assertThat(Oracle.info(folder.resolve("ours.img")).output().split("\"active\": true", -1))
                .hasSize(2);
    }

    /** One image, since QEMU measures the machine for seconds whenever it makes a key slot. */
    @Test
    void qemusImageOpensByEachOfItsPassphrasesAndBelowOthers() throws Exception {
        createByQemu("theirs.img", "encrypt.format=luks,encrypt.iter-time=10");
        byQemuOrAgain(
                "amend",
                "--object",
                object(PASSPHRASE),
                "--object",
                "secret,id=t,data=" + OTHER,
                "--image-opts",
                "-o",
                "encrypt.state=active,encrypt.new-secret=t,encrypt.keyslot=3,encrypt.iter-time=10",
                options("theirs.img"));
        qemuIoWith("theirs.img", OTHER, "write -P 7 0 5M");

        openWith("theirs.img", Access.READ, PASSPHRASE).close();
        openWith("theirs.img", Access.READ, OTHER).close();
        assertThatThrownBy(() -> open("theirs.img", Access.READ))
                .isInstanceOf(ImageException.Locked.class)
                .hasMessageContaining("needs a passphrase");
        assertThatThrownBy(() -> openWith("theirs.img", Access.READ, "wrong"))
                .isInstanceOf(ImageException.Locked.class);
        requireReadBelowAnother("theirs.img");
    }

    private void requireReadBelowAnother(String below) throws IOException {
        create("ours.img", USUAL.withBacking(below, "qcow2"));
        try (var secret = secret(OTHER);
                var image =
                        Images.open(
                                directory,
                                "ours.img",
                                OpenOptions.reading(ImageFormat.QCOW2)
                                        .through(OpenGate.folder(directory))
                                        .with(
                                                depth ->
                                                        depth == 1
                                                                ? Optional.of(secret)
                                                                : Optional.empty()))) {
            var content = ByteBuffer.allocate(CAPACITY);
            image.read(content, 0);
            var expected = new byte[CAPACITY];
            Arrays.fill(expected, (byte) 7);
            assertThat(content.array()).isEqualTo(expected);
        }
    }

    @Test
    void theOlderAesIsReadButNotWritten() throws Exception {
        createByQemu("theirs.img", "encrypt.format=aes");
        qemuIoWith("theirs.img", PASSPHRASE, "write -P 0x11 0 100k", "write -P 0x22 1000k 700k");

        assertThat(readWith("theirs.img")).isEqualTo(decryptedByQemu("theirs.img"));
        assertThatThrownBy(() -> openWith("theirs.img", Access.READ_WRITE, PASSPHRASE))
                .isInstanceOf(ImageException.Unsupported.class);
        var details = (ImageInfo.Details.Qcow2) Images.info(directory, "theirs.img").details();
        assertThat(details.encryption()).contains(new EncryptionInfo.Aes());
    }

    @Test
    void anEncryptedImageHasNoCompressedClusters() throws Exception {
        try (var secret = secret(PASSPHRASE)) {
            create("ours.img", USUAL.withEncryption(QUICK, secret));
        }
        try (var image = openWith("ours.img", Access.READ_WRITE, PASSPHRASE)) {
            assertThatThrownBy(
                            () ->
                                    image.writeCompressed(
                                            ByteBuffer.allocate(image.clusterSize()), 0))
                    .isInstanceOf(ImageException.Unsupported.class);
        }
    }
}
