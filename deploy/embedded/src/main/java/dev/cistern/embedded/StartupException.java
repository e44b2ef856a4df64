package dev.cistern.embedded;

import java.io.IOException;

/**
 * A reason why the servers cannot run here, in one sentence made for the person who started them.
 */
public final class StartupException extends IOException {
    private static final long serialVersionUID = 1L;

    /** The message is shown as it is, without a stack trace. */
    public StartupException(String message) {
        super(message);
    }

    /** As above; the cause is for the log only. */
    public StartupException(String message, Throwable cause) {
        super(message, cause);
    }
}
