package dev.cistern.common.runtime;

import dev.cistern.common.inbox.Deliveries;
import dev.cistern.common.inbox.Inbox;
import dev.cistern.common.message.Owner;
import dev.cistern.common.operation.Ends;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.OperationQuery;
import dev.cistern.common.operation.Operations;
import dev.cistern.common.operation.Transactions;
import dev.cistern.common.operation.UseCase;
import dev.cistern.common.operation.Watchdog;
import dev.cistern.common.outbox.Outbox;
import dev.cistern.common.outbox.Relay;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Jdbi;

/** Outbox, inbox, relay, operations and watchdog of one service, on its schema. */
public final class ServiceRuntime implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ServiceRuntime.class);

    /** Longer than any topic keeps messages by default. */
    private static final Duration INBOX_MEMORY = Duration.ofDays(14);

    private final Owner owner;
    private final Jdbi jdbi;
    private final Producer<String, byte[]> producer;
    private final Relay relay;
    private final Outbox outbox;
    private final Inbox inbox;
    private final Ends ends;
    private final Transactions transactions = new Transactions();
    private final Operations operations;
    private final Watchdog watchdog;
    private final ScheduledExecutorService timer;

    /**
     * What a service is made of.
     *
     * @param resourceTable table of what operations can claim, with a column {@code id}
     * @param kafka configuration of Kafka clients
     * @param caughtUp whether every heartbeat and result that there is has been read
     */
    public record Parts(
            Owner owner,
            DataSource dataSource,
            TransactionSynchronizationRegistry synchronizations,
            String resourceTable,
            Map<String, Object> kafka,
            BooleanSupplier caughtUp) {

        String schema() {
            return owner.name().toLowerCase(Locale.ROOT);
        }
    }

    /** The service's own part, made once its outbox is there. */
    @FunctionalInterface
    public interface Business {
        /** The use cases, which send through this outbox. */
        Collection<UseCase> useCases(Jdbi jdbi, Outbox outbox);
    }

    /**
     * Puts the parts together; nothing runs before {@link #start}.
     *
     * @param afterEnd called in the same transaction whenever an operation has ended
     */
    public ServiceRuntime(Parts parts, Business business, Consumer<Operation> afterEnd) {
        owner = parts.owner();
        jdbi = Jdbi.create(parts.dataSource());
        jdbi.registerArrayType(Long.class, "bigint");
        jdbi.registerArrayType(UUID.class, "uuid");
        producer = producer(parts.kafka());
        relay = new Relay(parts.schema(), jdbi, producer);
        outbox = new Outbox(jdbi, parts.synchronizations(), relay::nudge);
        inbox = new Inbox(jdbi);
        ends = new Ends(parts.synchronizations());
        operations =
                new Operations(
                        jdbi,
                        owner,
                        parts.resourceTable(),
                        outbox,
                        business.useCases(jdbi, outbox),
                        operation -> {
                            ends.announce(operation.id());
                            afterEnd.accept(operation);
                        });
        watchdog =
                new Watchdog(
                        jdbi,
                        operations,
                        transactions,
                        owner,
                        parts.caughtUp(),
                        Watchdog.Settings.DEFAULT);
        timer =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name(parts.schema() + "-inbox").daemon().factory());
    }

    private static Producer<String, byte[]> producer(Map<String, Object> kafka) {
        var config = new HashMap<>(kafka);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 30_000L);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        return new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
    }

    /** Starts relay, watchdog and housekeeping. */
    public void start() {
        relay.start();
        watchdog.start();
        var _ = timer.scheduleWithFixedDelay(this::forgetOldMessages, 1, 60, TimeUnit.MINUTES);
    }

    private void forgetOldMessages() {
        try {
            transactions.call(() -> inbox.forgetOlderThan(INBOX_MEMORY));
        } catch (RuntimeException e) {
            LOG.warnf("%s: old inbox rows stay for now: %s", owner, e.getMessage());
        }
    }

    /** Stops what {@link #start} started; what is not yet sent stays in the outbox. */
    @Override
    public void close() {
        timer.shutdownNow();
        watchdog.close();
        relay.close();
        producer.close(Duration.ofSeconds(1));
    }

    /** Deliveries to a handler, told apart by name. */
    public Deliveries deliveries(String name, Deliveries.Handler handler) {
        return new Deliveries(name, transactions, inbox, outbox, handler);
    }

    /** The service's schema. */
    public Jdbi jdbi() {
        return jdbi;
    }

    /** Transactions on it. */
    public Transactions transactions() {
        return transactions;
    }

    /** Its way to Kafka. */
    public Outbox outbox() {
        return outbox;
    }

    /** Its operations. */
    public Operations operations() {
        return operations;
    }

    /** Lists of its operations. */
    public OperationQuery query() {
        return new OperationQuery(jdbi);
    }

    /** Where the end of an operation is awaited. */
    public Ends ends() {
        return ends;
    }

    /** Its watchdog. */
    public Watchdog watchdog() {
        return watchdog;
    }

    /** How long ago the relay finished a round. */
    public Duration sinceLastRelay() {
        return relay.sinceLastRound();
    }
}
