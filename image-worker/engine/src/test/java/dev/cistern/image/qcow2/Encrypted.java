package dev.cistern.image.qcow2;

import dev.cistern.image.Secret;
import dev.cistern.image.crypto.CipherSpec;
import dev.cistern.image.crypto.LuksOptions;
import java.time.Duration;
import java.util.Optional;

/** Encrypted images for tests, quick to open. */
final class Encrypted {
    private static final String PASSPHRASE = "open sesame";
    private static final Secret SECRET = Secret.of(PASSPHRASE.toCharArray());
    private static final LuksOptions QUICK =
            LuksOptions.DEFAULT.withIterationTime(Duration.ofMillis(1));

    private Encrypted() {}

    static Qcow2Options options(Qcow2Options options) {
        return options.withEncryption(QUICK, SECRET);
    }

    /** The same with the shortest header, for tests that keep many copies of an image. */
    static Qcow2Options shortest(Qcow2Options options) {
        return options.withEncryption(
                QUICK.withCipher(
                        new CipherSpec(
                                128, CipherSpec.Mode.CBC, CipherSpec.Iv.PLAIN64, Optional.empty())),
                SECRET);
    }

    /** The passphrase as an object of QEMU's, of the id s. */
    static String object() {
        return "secret,id=s,data=" + PASSPHRASE;
    }

    /** What opens those that are encrypted, and does not matter to others. */
    static Optional<Secret> secret() {
        return Optional.of(SECRET);
    }
}
