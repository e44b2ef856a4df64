package dev.cistern.worker.command;

import dev.cistern.image.Secret;
import dev.cistern.image.Secrets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The passphrases that one command has asked for, which are wiped when it is done. */
final class Keys implements AutoCloseable {
    private final Passphrases passphrases;
    private final List<Secret> opened = new ArrayList<>();

    Keys(Passphrases passphrases) {
        this.passphrases = passphrases;
    }

    /**
     * The passphrase of a secret.
     *
     * @throws dev.cistern.common.problem.ProblemException if it cannot be had
     */
    Secret of(String name) {
        var secret = passphrases.open(name);
        opened.add(secret);
        return secret;
    }

    /** How long trying a passphrase of a new image is to take. */
    Duration trialTime() {
        return passphrases.trialTime();
    }

    /**
     * What opens an image, and those that it builds on if they have the same passphrase.
     *
     * @param name of the secret; null if none is known
     */
    Secrets secrets(@Nullable String name) {
        if (name == null) {
            return Secrets.none();
        }
        var secret = Optional.of(of(name));
        return _ -> secret;
    }

    @Override
    public void close() {
        opened.forEach(Secret::close);
    }
}
