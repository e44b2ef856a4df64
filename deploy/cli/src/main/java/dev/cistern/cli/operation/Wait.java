package dev.cistern.cli.operation;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Operation;
import dev.cistern.cli.text.ProgressBar;
import java.time.Duration;

/** Waits for the end of an operation, with a progress bar for whoever watches. */
final class Wait {
    /** The first look comes soon, so that a short wait shows nothing. */
    private static final Duration FIRST = Duration.ofSeconds(1);

    private static final Duration STEP = Duration.ofSeconds(2);

    private final Session session;

    Wait(Session session) {
        this.session = session;
    }

    /**
     * Waits for a success.
     *
     * @throws Failure.Ended if it ends otherwise
     */
    Operation success(Operation accepted) throws Failure {
        var ended = end(accepted, Duration.ofDays(365));
        if (!ended.hasSucceeded()) {
            throw new Failure.Ended(ended.problem());
        }
        return ended;
    }

    /**
     * Waits for an end of whatever kind.
     *
     * @throws Failure.StillRunning if it does not come in time
     */
    Operation end(Operation accepted, Duration atMost) throws Failure {
        var deadline = System.nanoTime() + atMost.toNanos();
        var current = accepted;
        try (var bar = new ProgressBar(session.err(), session.json());
                var _ = new Hint(session.err(), accepted.id())) {
            var step = FIRST;
            while (!current.done()) {
                current = Operation.of(session.api().getWaiting(current.route(), step).json());
                step = STEP;
                if (!current.done()) {
                    bar.show(
                            current.kind(),
                            current.stage(),
                            current.bytesDone(),
                            current.bytesTotal());
                    requireTime(deadline, current);
                }
            }
        }
        return current;
    }

    private static void requireTime(long deadline, Operation current) throws Failure {
        if (System.nanoTime() > deadline) {
            throw new Failure.StillRunning(
                    "operation %s is still %s".formatted(current.id(), current.state()));
        }
    }
}
