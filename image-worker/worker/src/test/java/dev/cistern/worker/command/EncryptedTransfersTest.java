package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageEncryption;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.ImageShape;
import dev.cistern.common.message.ImageSource;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.Secret;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Encrypted images that clients fetch and deliver: over the wire they go as they are. */
class EncryptedTransfersTest extends TransferBench {
    private static final Map<String, String> SECRETS =
            Map.of("db", "correct horse", "other", "battery staple");

    @Override
    Passphrases passphrases() {
        return new Passphrases() {
            @Override
            public Secret open(String name) {
                var passphrase = SECRETS.get(name);
                if (passphrase == null) {
                    throw new ProblemException(
                            ProblemCode.SECRET_UNAVAILABLE, "there is no secret " + name);
                }
                return Secret.of(passphrase.toCharArray());
            }

            @Override
            public Duration trialTime() {
                return Duration.ofMillis(10);
            }
        };
    }

    private static byte[] content(int seed) {
        var content = new byte[MIB];
        new Random(seed).nextBytes(content);
        return content;
    }

    /** An image of that content. */
    private byte[] encrypted(byte[] content, String secret) throws Exception {
        Files.write(pool.file("clear"), content);
        var luks = ImageOptions.USUAL.encrypted(new ImageEncryption("luks", secret));
        var made =
                bench.run(
                        new Command.CloneVolume(
                                pool.place(),
                                UUID.randomUUID(),
                                1,
                                "encrypted",
                                "qcow2",
                                TestPool.MODE,
                                new ImageSource(pool.place(), null, pool.image("clear", "raw")),
                                CloneStrategy.FULL,
                                new ImageShape(luks, MIB)));
        assertThat(made).isInstanceOf(Result.VolumeCloned.class);
        var bytes = Files.readAllBytes(pool.file("encrypted"));
        Files.delete(pool.file("clear"));
        Files.delete(pool.file("encrypted"));
        return bytes;
    }

    /** A volume with the first content. */
    private ImageRef disk(@Nullable String secret) throws Exception {
        Files.write(pool.file("disk"), encrypted(content(1), "db"));
        return image(secret);
    }

    private ImageRef image(@Nullable String secret) throws Exception {
        return new ImageRef("disk", "qcow2", TestPool.inode(pool.file("disk")), secret);
    }

    private byte[] fetched(ImageRef image, boolean asGuestSees) throws Exception {
        var client = begin(TransferScenes.download(pool, volume, image, asGuestSees));
        var bytes = client.send("GET", "").body();
        assertThat(finish(client)).isInstanceOf(Result.VolumeDownloaded.class);
        return bytes;
    }

    private Result delivered(ImageRef old, byte[] bytes) throws Exception {
        var client = begin(TransferScenes.upload(pool, volume, old, bytes.length));
        client.put(0, bytes);
        return finish(client);
    }

    @Test
    void aGuestsViewIsFetchedInTheClear() throws Exception {
        assertThat(fetched(disk("db"), true)).isEqualTo(content(1));
    }

    @Test
    void theFileIsFetchedAsItIsWithoutAnySecret() throws Exception {
        var disk = disk(null);

        assertThat(fetched(disk, false)).isEqualTo(Files.readAllBytes(pool.file("disk")));
    }

    @Test
    void nothingIsFetchedInTheClearWithoutTheSecret() throws Exception {
        disk("db");
        for (var secret : new String[] {null, "other", "absent"}) {
            var download = TransferScenes.download(pool, volume, image(secret), true);

            assertThat(code(bench.run(UUID.randomUUID(), 1, download)))
                    .isEqualTo(ProblemCode.SECRET_UNAVAILABLE);
        }
        assertThat(urls).isEmpty();
    }

    @Test
    void anImageWithThePassphraseOfTheVolumeIsDelivered() throws Exception {
        var bytes = encrypted(content(2), "db");

        assertThat(delivered(disk("db"), bytes)).isInstanceOf(Result.VolumeChanged.class);

        assertThat(Files.readAllBytes(pool.file("disk"))).isEqualTo(bytes);
        assertThat(pool.staged()).isEmpty();
    }

    @Test
    void anImageWithAnotherPassphraseIsRefused() throws Exception {
        var bytes = encrypted(content(2), "other");
        var old = disk("db");
        var before = Files.readAllBytes(pool.file("disk"));

        assertThat(code(delivered(old, bytes))).isEqualTo(ProblemCode.SECRET_UNAVAILABLE);

        assertThat(Files.readAllBytes(pool.file("disk"))).isEqualTo(before);
        assertThat(pool.files()).containsExactly("disk");
        assertThat(pool.staged()).isEmpty();
    }

    /** Which secret opens it is said later. */
    @Test
    void anEncryptedImageIsDeliveredIntoAVolumeThatHasNoSecret() throws Exception {
        var bytes = encrypted(content(2), "other");

        assertThat(delivered(qcow2(), bytes)).isInstanceOf(Result.VolumeChanged.class);

        assertThat(Files.readAllBytes(pool.file("disk"))).isEqualTo(bytes);
    }
}
