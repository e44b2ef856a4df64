package dev.cistern.cli.http;

/** Why a verb ends without success; its message is what the user reads. */
public abstract sealed class Failure extends Exception {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private Failure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** What the process returns to its caller. */
    public final int exitCode() {
        return exitCode;
    }

    /** Cistern refused the request. */
    public static final class Refused extends Failure {
        private static final long serialVersionUID = 1L;
        private final int status;

        public Refused(int status, Problem problem) {
            super(1, problem.sentence());
            this.status = status;
        }

        public boolean isNotFound() {
            return status == 404;
        }

        /** A part that the server needs does not answer at the moment. */
        public boolean isUnavailable() {
            return status == 503;
        }
    }

    /** The operation was accepted and has failed or was cancelled. */
    public static final class Ended extends Failure {
        private static final long serialVersionUID = 1L;

        public Ended(Problem problem) {
            super(1, problem.sentence());
        }
    }

    /** No answer came, or one that is not Cistern's. */
    public static final class Unreachable extends Failure {
        private static final long serialVersionUID = 1L;

        public Unreachable(String message) {
            super(1, message);
        }
    }

    /** Something on this side: a file that cannot be read, a name that names nothing. */
    public static final class Local extends Failure {
        private static final long serialVersionUID = 1L;

        public Local(String message) {
            super(1, message);
        }
    }

    /** The arguments make no sense together. */
    public static final class Misused extends Failure {
        private static final long serialVersionUID = 1L;

        public Misused(String message) {
            super(2, message);
        }
    }

    /** The time to wait is over and the operation goes on; the exit code is that of timeout(1). */
    public static final class StillRunning extends Failure {
        private static final long serialVersionUID = 1L;

        public StillRunning(String message) {
            super(124, message);
        }
    }

    /** The waiting thread was interrupted. */
    public static final class Interrupted extends Failure {
        private static final long serialVersionUID = 1L;

        public Interrupted() {
            super(130, "interrupted");
        }
    }
}
