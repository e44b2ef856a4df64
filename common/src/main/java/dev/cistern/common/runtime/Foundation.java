package dev.cistern.common.runtime;

import dev.cistern.common.inbox.Consumption;
import dev.cistern.common.inbox.Deliveries;
import dev.cistern.common.inbox.Inbox;
import dev.cistern.common.operation.Transactions;
import dev.cistern.common.outbox.Outbox;
import dev.cistern.common.outbox.Relay;
import dev.cistern.common.sql.ArrayArguments;
import dev.cistern.common.trace.Traces;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;

/** What a service stands on: its schema, and the ways from it to Kafka and back. */
public final class Foundation implements AutoCloseable {
    /** Longer than a batch takes, and shorter than who stops the process waits. */
    private static final Duration WAIT_FOR_HANDLERS = Duration.ofSeconds(5);

    private final String schema;
    private final TransactionSynchronizationRegistry synchronizations;
    private final Jdbi jdbi;
    private final Traces traces;
    private final Relay relay;
    private final Outbox outbox;
    private final Inbox inbox;
    private final Consumption consumption = new Consumption();
    private final Transactions transactions = new Transactions();

    /**
     * Lays it; nothing runs before {@link #start}.
     *
     * @param schema of the service, in which {@code dataSource} works
     * @param kafka configuration of Kafka clients
     * @param traces where spans of what it carries go
     */
    public Foundation(
            String schema,
            DataSource dataSource,
            TransactionSynchronizationRegistry synchronizations,
            Map<String, Object> kafka,
            Traces traces) {
        this.schema = schema;
        this.synchronizations = synchronizations;
        jdbi = Jdbi.create(dataSource);
        jdbi.installPlugin(new ArrayArguments());
        this.traces = traces;
        relay = new Relay(schema, jdbi, kafka, traces);
        outbox = new Outbox(jdbi, synchronizations, relay::nudge);
        inbox = new Inbox(jdbi);
    }

    /** Starts to carry the outbox to Kafka. */
    public void start() {
        relay.start();
    }

    /** Stops; what is not yet handled comes again, and what is not yet sent stays in the outbox. */
    @Override
    public void close() {
        consumption.end(WAIT_FOR_HANDLERS);
        relay.close();
    }

    /** Deliveries to a handler, told apart by name. */
    public Deliveries deliveries(String name, Deliveries.Handler handler) {
        return new Deliveries(name, transactions, inbox, outbox, consumption, handler);
    }

    /**
     * The same, for a handler that locks rows.
     *
     * @param locks takes what a batch will lock, in the order that all keep to
     */
    public Deliveries deliveries(String name, Deliveries.Locks locks, Deliveries.Handler handler) {
        return new Deliveries(name, transactions, inbox, outbox, consumption, locks, handler);
    }

    /** Within which everything from Kafka is handled. */
    public Consumption consumption() {
        return consumption;
    }

    /** The name of the schema. */
    public String schema() {
        return schema;
    }

    /** Statements in it. */
    public Jdbi jdbi() {
        return jdbi;
    }

    /** Transactions on it. */
    public Transactions transactions() {
        return transactions;
    }

    /** Where word of the end of a transaction is had. */
    public TransactionSynchronizationRegistry synchronizations() {
        return synchronizations;
    }

    /** The way to Kafka. */
    public Outbox outbox() {
        return outbox;
    }

    /** What has come from Kafka. */
    public Inbox inbox() {
        return inbox;
    }

    /** Where spans go. */
    public Traces traces() {
        return traces;
    }

    /** Whether the relay's thread runs. */
    public boolean relayAlive() {
        return relay.alive();
    }

    /** How long ago the relay finished a round. */
    public Duration sinceLastRelay() {
        return relay.sinceLastRound();
    }
}
