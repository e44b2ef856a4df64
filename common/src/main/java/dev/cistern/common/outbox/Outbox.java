package dev.cistern.common.outbox;

import dev.cistern.common.message.Json;
import dev.cistern.common.sql.Columns;
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
                handle ->
                        handle.createUpdate(
                                        "insert into outbox (id, topic, key, headers, payload)"
                                                + " select m.id, m.topic, m.key, cast(m.headers as jsonb), m.payload"
                                                + " from unnest(:ids, :topics, :keys, :headers, :payloads)"
                                                + " with ordinality as m (id, topic, key, headers, payload, place)"
                                                + " order by place")
                                .bind("ids", Columns.uuids(messages, OutboxMessage::id))
                                .bind("topics", Columns.texts(messages, OutboxMessage::topic))
                                .bind("keys", Columns.texts(messages, OutboxMessage::key))
                                .bind(
                                        "headers",
                                        Columns.texts(messages, one -> Json.text(one.headers())))
                                .bind("payloads", Columns.texts(messages, OutboxMessage::payload))
                                .execute());
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
