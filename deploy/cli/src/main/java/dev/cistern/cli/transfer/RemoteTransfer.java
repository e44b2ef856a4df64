package dev.cistern.cli.transfer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Operation;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.operation.Wait;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A transfer that this process began: it is followed to whichever worker has it. Thread-safe. */
final class RemoteTransfer implements AutoCloseable {
    private static final int TOKEN_BYTES = 32;
    private static final int FINISHES = 3;
    private static final Duration WAIT = Duration.ofSeconds(20);
    private static final Duration PAUSE = Duration.ofMillis(300);

    /** How long nothing may succeed before it is given up. */
    private static final Duration AWAY = Duration.ofSeconds(90);

    private final Session session;
    private final Operation operation;
    private final String token;
    private volatile long successAt = System.nanoTime();
    private @Nullable DataPort port;
    private boolean finished;

    private RemoteTransfer(Session session, Operation operation, String token) {
        this.session = session;
        this.operation = operation;
        this.token = token;
    }

    /**
     * Begins one.
     *
     * @param volume that it is of
     * @param request what it is to be, without a token
     */
    static RemoteTransfer begin(Session session, Route volume, ObjectNode request) throws Failure {
        var token = token();
        var answer =
                session.api()
                        .post(volume.then("transfers"), request.deepCopy().put("token", token));
        return new RemoteTransfer(session, session.accepted(answer), token);
    }

    private static String token() {
        var bytes = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** What is asked of a worker. */
    @FunctionalInterface
    interface Request<T> {
        T ask(DataPort port) throws Failure, BrokenException;
    }

    /**
     * Asks the worker, again and again while it or the API is away.
     *
     * @throws Failure if it has ended, is refused, or all is away for too long
     */
    <T> T ask(Request<T> request) throws Failure {
        while (true) {
            var asked = port();
            try {
                var answer = request.ask(asked);
                successAt = System.nanoTime();
                return answer;
            } catch (BrokenException e) {
                lost(asked);
                pauseOrGiveUp(String.valueOf(e.getMessage()));
            }
        }
    }

    /** The worker that has it, once one does. */
    synchronized DataPort port() throws Failure {
        while (port == null) {
            var url = url();
            if (url == null) {
                pauseOrGiveUp("no worker has the transfer");
            } else {
                port = new DataPort(url, token);
            }
        }
        return port;
    }

    private synchronized void lost(DataPort broken) {
        if (port == broken) {
            port = null;
            broken.leave();
        }
    }

    private @Nullable String url() throws Failure {
        JsonNode found;
        try {
            found =
                    session.api()
                            .getWaiting(
                                    Route.of("volumes", "-", "transfers", operation.id()), WAIT);
        } catch (Failure.Unreachable _) {
            return null;
        } catch (Failure.Refused refused) {
            if (refused.isUnavailable()) {
                return null;
            }
            throw refused;
        }
        requireGoingOn(found.path("state").asText());
        if (found.hasNonNull("url")) {
            return found.path("url").asText();
        }
        if (!found.path("state").asText().equals("running")) {
            // It waits in line, and that is as good as an answer.
            successAt = System.nanoTime();
        }
        return null;
    }

    private void requireGoingOn(String state) throws Failure {
        switch (state) {
            case "failed", "cancelled", "succeeded" -> {
                finished = true;
                var _ = new Wait(session).success(operation);
                throw new Failure.Local(
                        "transfer %s has ended before all was sent".formatted(operation.id()));
            }
            default -> {}
        }
    }

    private void pauseOrGiveUp(String why) throws Failure {
        if (System.nanoTime() - successAt > AWAY.toNanos()) {
            throw new Failure.Unreachable(why);
        }
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure.Interrupted();
        }
    }

    /**
     * Says that all is there, and waits for what comes of it.
     *
     * @param with the worker that has all, as it was found
     */
    Operation finish(DataPort with) throws Failure {
        var heard = false;
        for (var tries = 0; !heard && tries < FINISHES; tries++) {
            heard = tellFinish(with);
        }
        var ended = new Wait(session).success(operation);
        finished = true;
        return ended;
    }

    /** False if it may not have heard it; what then comes of the transfer the operation tells. */
    private boolean tellFinish(DataPort with) throws Failure {
        var port = with.anew();
        try {
            port.finish();
            return true;
        } catch (BrokenException e) {
            pauseOrGiveUp(String.valueOf(e.getMessage()));
            return false;
        } finally {
            port.leave();
        }
    }

    /** One that is given up is cancelled, so that nothing waits for its client. */
    @Override
    public void close() {
        leave();
        if (!finished) {
            try {
                var _ = session.api().post(operation.route().then("cancel"));
            } catch (Failure _) {
                // It has ended, or will when nobody comes.
            }
        }
    }

    private synchronized void leave() {
        if (port != null) {
            port.leave();
            port = null;
        }
    }
}
