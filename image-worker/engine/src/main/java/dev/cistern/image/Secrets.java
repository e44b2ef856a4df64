package dev.cistern.image;

import java.util.Optional;

/** The passphrases of the encrypted images of a chain; needed until the chain is open. */
@FunctionalInterface
public interface Secrets {
    /**
     * The passphrase of an image.
     *
     * @param depth 0 for the image that is asked for, 1 for the one below it, and so on
     */
    Optional<Secret> at(int depth);

    /** No passphrases. */
    static Secrets none() {
        return _ -> Optional.empty();
    }

    /** The passphrase of the image that is asked for. */
    static Secrets ofTop(Secret secret) {
        return depth -> depth == 0 ? Optional.of(secret) : Optional.empty();
    }
}
