package dev.cistern.cli.operation;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.LongPoll;
import dev.cistern.cli.http.Operation;
import dev.cistern.cli.text.ProgressBar;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Waits for the end of an operation, with a progress bar for whoever watches. */
public final class Wait {
    /** How long the server holds a question when nobody watches. */
    private static final Duration LONG = Duration.ofSeconds(30);

    /** The same when a bar is to be kept up to date, and at first: most work ends sooner. */
    private static final Duration SHORT = Duration.ofSeconds(1);

    private final Session session;

    /** A wait on behalf of a verb. */
    public Wait(Session session) {
        this.session = session;
    }

    /**
     * Waits for a success.
     *
     * @throws Failure.Ended if it ends otherwise
     */
    public Operation success(Operation accepted) throws Failure {
        var ended = end(accepted, null);
        if (!ended.hasSucceeded()) {
            if (session.json()) {
                session.print(ended.body());
            }
            throw new Failure.Ended(ended.problem());
        }
        return ended;
    }

    /**
     * Waits for an end of whatever kind.
     *
     * @param atMost null to wait as long as it takes
     * @throws Failure.StillRunning if it does not come in time
     */
    Operation end(Operation accepted, @Nullable Duration atMost) throws Failure {
        var start = System.nanoTime();
        var current = accepted;
        try (var bar = session.progress();
                var _ = new GoOn(session.err(), accepted.id())) {
            show(bar, current);
            var step = SHORT;
            while (!current.done()) {
                current = look(current, wholeSeconds(step, left(start, atMost)));
                show(bar, current);
                requireTime(current, left(start, atMost));
                step = bar.isWatched() ? SHORT : LONG;
            }
        }
        return current;
    }

    private static void show(ProgressBar bar, Operation current) {
        bar.show(
                what(current),
                new ProgressBar.Figures(
                        current.bytesDone(),
                        current.bytesTotal(),
                        current.bytesPerSecond(),
                        current.secondsLeft()));
    }

    private static Duration left(long start, @Nullable Duration atMost) {
        return atMost == null ? LONG : atMost.minusNanos(System.nanoTime() - start);
    }

    /** What the server can be asked for, at least one second. */
    private static Duration wholeSeconds(Duration wanted, Duration left) {
        var possible = Duration.ofSeconds(Math.max(1, left.plusMillis(999).toSeconds()));
        return wanted.compareTo(possible) < 0 ? wanted : possible;
    }

    private Operation look(Operation current, Duration step) throws Failure {
        try {
            return session.operation(
                    current.service(),
                    new LongPoll(session.api())
                            .ask(current.route(), step, answer -> answer.path("done").asBoolean()));
        } catch (Failure.Unreachable away) {
            throw goesOn(current, away);
        } catch (Failure.Refused refused) {
            throw refused.isUnavailable() ? goesOn(current, refused) : refused;
        }
    }

    private static Failure goesOn(Operation current, Failure away) {
        return new Failure.Unreachable(
                "%s; the operation goes on: %s"
                        .formatted(away.getMessage(), GoOn.advice(current.id())));
    }

    private static String what(Operation operation) {
        var stage = operation.stage().isEmpty() ? operation.state() : operation.stage();
        var ahead = operation.waitsFor();
        return operation.kind() + ": " + (ahead.isEmpty() ? stage : "waiting for " + ahead);
    }

    private static void requireTime(Operation current, Duration left) throws Failure {
        if (!current.done() && (left.isNegative() || left.isZero())) {
            throw new Failure.StillRunning(
                    "operation %s is still %s: %s"
                            .formatted(current.id(), current.state(), GoOn.advice(current.id())));
        }
    }
}
