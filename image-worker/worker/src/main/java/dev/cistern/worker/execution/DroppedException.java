package dev.cistern.worker.execution;

/**
 * Work is left as it stands and nothing is reported: another has it, or will get it from the
 * watchdog.
 */
public final class DroppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Drops the work for this reason. */
    public DroppedException(String reason) {
        super(reason);
    }

    /** Drops the work because of a failure that leaves open what has happened. */
    public DroppedException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
