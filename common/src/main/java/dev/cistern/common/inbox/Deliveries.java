package dev.cistern.common.inbox;

import dev.cistern.common.crash.CrashPoints;
import dev.cistern.common.message.Topics;
import dev.cistern.common.operation.Transactions;
import dev.cistern.common.outbox.Outbox;
import dev.cistern.common.outbox.OutboxMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Hands messages to a handler, each with effect once. A batch shares a transaction; when one
 * message spoils it, each gets a transaction of its own. What cannot be handled goes to {@link
 * Topics#DEAD_LETTERS} with the reason, so that it stops nothing behind it; a database that does
 * not answer is waited for.
 */
public final class Deliveries {
    private static final Logger LOG = Logger.getLogger(Deliveries.class);
    private static final int TRIES = 5;
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Duration PAUSE_FOR_DATABASE = Duration.ofSeconds(1);

    private final String name;
    private final Transactions transactions;
    private final Inbox inbox;
    private final Outbox outbox;
    private final Handler handler;

    /** Does one message's work, in the transaction that also takes it into the inbox. */
    @FunctionalInterface
    public interface Handler {
        /**
         * Handles a message that has not been handled before.
         *
         * @throws IOException if it cannot be read
         */
        void handle(Delivery delivery) throws IOException;
    }

    /**
     * Deliveries to one handler.
     *
     * @param name told apart in the inbox, for a message that several handlers of a service receive
     */
    public Deliveries(
            String name, Transactions transactions, Inbox inbox, Outbox outbox, Handler handler) {
        this.name = name;
        this.transactions = transactions;
        this.inbox = inbox;
        this.outbox = outbox;
        this.handler = handler;
    }

    /** Handles a batch in order. Returns when every message is handled for good. */
    public void take(List<Delivery> batch) {
        if (batch.isEmpty()) {
            return;
        }
        try {
            transactions.run(() -> batch.forEach(this::handleOnce));
        } catch (RuntimeException e) {
            LOG.debugf(e, "%s: a batch of %d goes singly", name, batch.size());
            batch.forEach(this::takeSingly);
        }
        CrashPoints.at("inbox-commit");
    }

    private void handleOnce(Delivery delivery) {
        if (inbox.take(name + ":" + delivery.id())) {
            try {
                handler.handle(delivery);
            } catch (IOException e) {
                throw new UnreadableException(e);
            }
        }
    }

    private void takeSingly(Delivery delivery) {
        for (var attempt = 1; ; attempt++) {
            try {
                transactions.run(() -> handleOnce(delivery));
                return;
            } catch (UnreadableException e) {
                bury(delivery, e);
                return;
            } catch (RuntimeException e) {
                if (databaseFault(e)) {
                    LOG.warnf("%s: the database does not answer: %s", name, e.getMessage());
                    attempt--;
                    pause(PAUSE_FOR_DATABASE);
                } else if (attempt == TRIES) {
                    bury(delivery, e);
                    return;
                } else {
                    pause(PAUSE);
                }
            }
        }
    }

    private void bury(Delivery delivery, Exception reason) {
        LOG.errorf(reason, "%s: message %s goes to the dead letters", name, delivery.id());
        while (true) {
            try {
                transactions.run(
                        () -> {
                            if (inbox.take(name + ":" + delivery.id())) {
                                outbox.send(deadLetter(delivery, reason));
                            }
                        });
                return;
            } catch (RuntimeException e) {
                LOG.warnf("%s: dead letter not written: %s", name, e.getMessage());
                pause(PAUSE_FOR_DATABASE);
            }
        }
    }

    private OutboxMessage deadLetter(Delivery delivery, Exception reason) {
        var headers = new LinkedHashMap<String, String>();
        headers.put(OutboxMessage.ID, delivery.id());
        headers.put(OutboxMessage.TYPE, delivery.type());
        headers.put("cistern-handler", name);
        headers.put("cistern-topic", delivery.message().topic());
        headers.put("cistern-reason", Objects.toString(reason.getMessage(), reason.toString()));
        var key = delivery.message().key();
        return new OutboxMessage(
                UUID.randomUUID(),
                Topics.DEAD_LETTERS,
                key == null ? delivery.id() : key,
                headers,
                new String(delivery.message().value(), StandardCharsets.UTF_8));
    }

    /**
     * Connection lost or refused, out of resources, shut down, or rolled back on another's behalf:
     * SQLSTATE 08, 53, 57, 40.
     */
    private static boolean databaseFault(@Nullable Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                var state = Objects.toString(sql.getSQLState(), "08");
                if (state.startsWith("08")
                        || state.startsWith("53")
                        || state.startsWith("57")
                        || state.startsWith("40")) {
                    return true;
                }
            }
        }
        return false;
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while a message was being handled", e);
        }
    }

    private static final class UnreadableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnreadableException(IOException cause) {
            super("the message cannot be read: " + cause.getMessage(), cause);
        }
    }
}
