package dev.cistern.cli.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.text.Printable;
import org.jspecify.annotations.Nullable;

/**
 * Why a verb ends without success; its message is what the user reads, safe for a terminal, its
 * first line after {@code error:}.
 */
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

    /** What programs are told on standard output, or null if there is nothing for them. */
    public @Nullable JsonNode body() {
        return null;
    }

    /** Cistern refused the request. */
    public static final class Refused extends Failure {
        private static final long serialVersionUID = 1L;
        private final int status;
        private final transient JsonNode body;

        /** The refusal with this HTTP status. */
        public Refused(int status, Problem problem) {
            super(1, problem.text());
            this.status = status;
            this.body = problem.body();
        }

        /** What was asked for does not exist. */
        public boolean isNotFound() {
            return status == 404;
        }

        /** A part that the server needs does not answer at the moment. */
        public boolean isUnavailable() {
            return status == 503;
        }

        @Override
        public JsonNode body() {
            return body;
        }
    }

    /** The operation was accepted and has failed or was cancelled. */
    public static final class Ended extends Failure {
        private static final long serialVersionUID = 1L;

        /** The end of an operation with this problem. */
        public Ended(Problem problem) {
            super(1, problem.text());
        }
    }

    /** No answer came, or one that is not Cistern's. */
    public static final class Unreachable extends Failure {
        private static final long serialVersionUID = 1L;

        /** The failure described by one sentence. */
        public Unreachable(String message) {
            super(1, Printable.of(message));
        }
    }

    /** Something on this side: a file that cannot be read, a name that names nothing. */
    public static final class Local extends Failure {
        private static final long serialVersionUID = 1L;

        /** The failure described by one sentence. */
        public Local(String message) {
            super(1, Printable.of(message));
        }
    }

    /** The time to wait is over and the operation goes on; the exit code is that of timeout(1). */
    public static final class StillRunning extends Failure {
        private static final long serialVersionUID = 1L;

        /** The failure described by one sentence. */
        public StillRunning(String message) {
            super(124, Printable.of(message));
        }
    }

    /** The waiting thread was interrupted. */
    public static final class Interrupted extends Failure {
        private static final long serialVersionUID = 1L;

        /** An interrupt, whatever its cause. */
        public Interrupted() {
            super(130, "interrupted");
        }
    }
}
