package dev.cistern.image.qcow2;

import dev.cistern.image.Secret;
import dev.cistern.image.crypto.LuksOptions;
import java.time.Duration;
import java.util.Optional;

/** Encrypted images for tests, quick to open. */
final class Encrypted {
    private static final Secret SECRET = Secret.of("open sesame".toCharArray());
    private static final LuksOptions QUICK =
            LuksOptions.DEFAULT.withIterationTime(Duration.ofMillis(1));

    private Encrypted() {}

    static Qcow2Options options(Qcow2Options options) {
        return options.withEncryption(QUICK, SECRET);
    }

    /** What opens those that are encrypted, and does not matter to others. */
    static Optional<Secret> secret() {
        return Optional.of(SECRET);
    }
}
