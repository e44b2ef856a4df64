package dev.cistern.common.inbox;

import dev.cistern.common.crash.CrashPoints;
import dev.cistern.common.message.Topics;
import dev.cistern.common.operation.DatabaseFault;
import dev.cistern.common.operation.Transactions;
import dev.cistern.common.outbox.Outbox;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Hands messages to a handler, each with effect once. A batch shares a transaction; when one
 * message spoils it, each gets a transaction of its own. What cannot be handled goes to {@link
 * Topics#DEAD_LETTERS} with the reason, so that it stops nothing behind it; a database that does
 * not answer is waited for. Once the process stops nothing is tried again.
 */
public final class Deliveries {
    private static final Logger LOG = Logger.getLogger(Deliveries.class);
    private static final int TRIES = 5;
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Duration PAUSE_FOR_DATABASE = Duration.ofMillis(500);

    private final String name;
    private final Transactions transactions;
    private final Inbox inbox;
    private final Outbox outbox;
    private final Consumption consumption;
    private final Locks locks;
    private final Handler handler;

    /**
     * Takes what a batch will lock before its first message is handled, in the order that all keep
     * to: batches and requests then wait for each other and never in a circle.
     */
    @FunctionalInterface
    public interface Locks {
        /**
         * Locks rows for the messages of a batch.
         *
         * @throws IOException if one of them cannot be read; the batch then goes singly
         */
        void take(List<Delivery> batch) throws IOException;
    }

    /** Does one message's work, in the transaction that also takes it into the inbox. */
    @FunctionalInterface
    public interface Handler {
        /**
         * Handles a message that has not been handled before.
         *
         * @throws IOException if it cannot be read
         */
        void handle(Delivery delivery) throws IOException;

        /**
         * The same for several, in this order, in one transaction.
         *
         * @throws IOException if one of them cannot be read; each then goes alone
         */
        default void handleAll(List<Delivery> batch) throws IOException {
            for (var delivery : batch) {
                handle(delivery);
            }
        }
    }

    /**
     * Deliveries to one handler.
     *
     * @param name told apart in the inbox, for a message that several handlers of a service receive
     * @param consumption within which they are taken
     */
    public Deliveries(
            String name,
            Transactions transactions,
            Inbox inbox,
            Outbox outbox,
            Consumption consumption,
            Handler handler) {
        this(name, transactions, inbox, outbox, consumption, _ -> {}, handler);
    }

    /** The same, with the locks that a batch takes first. */
    public Deliveries(
            String name,
            Transactions transactions,
            Inbox inbox,
            Outbox outbox,
            Consumption consumption,
            Locks locks,
            Handler handler) {
        this.name = name;
        this.transactions = transactions;
        this.inbox = inbox;
        this.outbox = outbox;
        this.consumption = consumption;
        this.locks = locks;
        this.handler = handler;
    }

    /**
     * Handles a batch in order. Returns when every message is handled for good, or the process
     * stops.
     */
    public void take(List<Delivery> batch) {
        if (batch.isEmpty()) {
            return;
        }
        try {
            transactions.run(() -> handleTogether(batch));
        } catch (RuntimeException e) {
            LOG.debugf(e, "%s: a batch of %d goes singly", name, batch.size());
            batch.forEach(this::takeSingly);
        }
        CrashPoints.at("inbox-commit");
    }

    private void handleTogether(List<Delivery> batch) {
        try {
            locks.take(batch);
            var fresh = inbox.take(batch.stream().map(this::key).toList());
            var news = new ArrayList<Delivery>();
            for (var delivery : batch) {
                if (fresh.remove(key(delivery))) {
                    news.add(delivery);
                }
            }
            handler.handleAll(news);
        } catch (IOException e) {
            throw new UnreadableException(e);
        }
    }

    private String key(Delivery delivery) {
        return name + ":" + delivery.id();
    }

    private void takeSingly(Delivery delivery) {
        for (var attempt = 1; !consumption.ended(); ) {
            try {
                transactions.run(() -> handleTogether(List.of(delivery)));
                return;
            } catch (UnreadableException e) {
                bury(delivery, e);
                return;
            } catch (RuntimeException e) {
                if (consumption.ended()) {
                    return;
                }
                if (databaseFault(e)) {
                    LOG.warnf("%s: the database does not answer: %s", name, e.getMessage());
                    pause(PAUSE_FOR_DATABASE);
                } else if (attempt++ == TRIES) {
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
        for (var attempt = 1; !consumption.ended(); ) {
            try {
                transactions.run(() -> writeDeadLetter(delivery, reason));
                return;
            } catch (RuntimeException e) {
                if (consumption.ended()) {
                    return;
                }
                if (!databaseFault(e) && attempt++ == TRIES) {
                    LOG.errorf(
                            e,
                            "%s: message %s is passed over, it stays in %s at offset %d of partition %d",
                            name,
                            delivery.id(),
                            delivery.message().topic(),
                            delivery.message().offset(),
                            delivery.message().partition());
                    return;
                }
                LOG.warnf("%s: dead letter not written: %s", name, e.getMessage());
                pause(PAUSE_FOR_DATABASE);
            }
        }
    }

    private void writeDeadLetter(Delivery delivery, Exception reason) {
        if (inbox.take(key(delivery))) {
            outbox.send(DeadLetter.of(name, delivery, reason));
        }
    }

    private static boolean databaseFault(RuntimeException failure) {
        return DatabaseFault.unavailable(failure) || DatabaseFault.brokenOff(failure);
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
