package dev.cistern.common.outbox;

import dev.cistern.common.message.Json;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** Messages written with the change that they tell of: both are committed, or neither is. */
public final class Outbox {
    private final Jdbi jdbi;
    private final TransactionSynchronizationRegistry transactions;
    private final Runnable afterCommit;

    /**
     * An outbox in the schema of {@code jdbi}.
     *
     * @param afterCommit called once after each transaction that wrote, to wake the relay; it must
     *     not block
     */
    public Outbox(
            Jdbi jdbi, TransactionSynchronizationRegistry transactions, Runnable afterCommit) {
        this.jdbi = jdbi;
        this.transactions = transactions;
        this.afterCommit = afterCommit;
    }

    /**
     * Writes a message in the caller's transaction; it leaves for Kafka after the commit, at least
     * once.
     */
    public void send(OutboxMessage message) {
        send(List.of(message));
    }

    /** Writes messages, which leave in the order given. */
    public void send(Collection<OutboxMessage> messages) {
        if (messages.isEmpty()) {
            return;
        }
        jdbi.useHandle(
                handle -> {
                    var batch =
                            handle.prepareBatch(
                                    "insert into outbox (id, topic, key, headers, payload)"
                                            + " values (:id, :topic, :key, cast(:headers as jsonb), :payload)");
                    for (var message : messages) {
                        batch.bind("id", message.id())
                                .bind("topic", message.topic())
                                .bind("key", message.key())
                                .bind("headers", Json.text(message.headers()))
                                .bind("payload", message.payload())
                                .add();
                    }
                    batch.execute();
                });
        wakeRelayAfterCommit();
    }

    private void wakeRelayAfterCommit() {
        if (transactions.getResource(this) != null) {
            return;
        }
        transactions.putResource(this, true);
        transactions.registerInterposedSynchronization(
                new Synchronization() {
                    @Override
                    public void beforeCompletion() {}

                    @Override
                    public void afterCompletion(int status) {
                        if (status == Status.STATUS_COMMITTED) {
                            afterCommit.run();
                        }
                    }
                });
    }
}
