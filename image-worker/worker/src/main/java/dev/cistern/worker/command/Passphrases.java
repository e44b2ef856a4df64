package dev.cistern.worker.command;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.Secret;
import java.time.Duration;

/** The passphrases that a worker has, by the names of the secrets. */
public interface Passphrases {
    /**
     * The passphrase of a secret, which is the caller's to close.
     *
     * @throws ProblemException with {@link ProblemCode#SECRET_UNAVAILABLE} if it cannot be had
     */
    Secret open(String name);

    /** How long trying a passphrase of a new image is to take, on a machine like this one. */
    Duration trialTime();
}
