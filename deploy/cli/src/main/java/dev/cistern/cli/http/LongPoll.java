package dev.cistern.cli.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * Asks what the server answers when something has happened, or after a while. A server that is away
 * is waited for: it is being restarted, and nothing is lost by that.
 */
public final class LongPoll {
    /** Between questions to a server that does not hold them, or does not answer. */
    private static final Duration PAUSE = Duration.ofMillis(500);

    /** How long a server may be away. */
    private static final Duration AWAY = Duration.ofSeconds(60);

    private final Api api;

    /** Questions to a server that has answered before. */
    public LongPoll(Api api) {
        this.api = api;
    }

    /**
     * Asks until there is an answer. One that says at once that nothing has happened is given after
     * a pause, so that a server that holds no questions is not asked all the time.
     *
     * @param wait how long the server may hold the question
     * @param happened whether an answer tells of what is waited for
     */
    public JsonNode ask(Route route, Duration wait, Predicate<JsonNode> happened) throws Failure {
        var start = System.nanoTime();
        while (true) {
            var asked = System.nanoTime();
            try {
                var answer = api.getWaiting(route, wait);
                if (!happened.test(answer) && since(asked).compareTo(PAUSE) < 0) {
                    pause();
                }
                return answer;
            } catch (Failure failure) {
                if (!isPassing(failure) || since(start).compareTo(AWAY.plus(wait)) > 0) {
                    throw failure;
                }
                pause();
            }
        }
    }

    private static boolean isPassing(Failure failure) {
        return switch (failure) {
            case Failure.Unreachable _ -> true;
            case Failure.Refused refused -> refused.isUnavailable();
            case Failure.Ended _, Failure.Local _, Failure.StillRunning _, Failure.Interrupted _ ->
                    false;
        };
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private static void pause() throws Failure {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure.Interrupted();
        }
    }
}
