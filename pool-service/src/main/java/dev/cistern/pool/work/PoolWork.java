package dev.cistern.pool.work;

import dev.cistern.common.message.Owner;
import dev.cistern.common.operation.Representations;
import dev.cistern.common.runtime.BacklogConfig;
import dev.cistern.common.runtime.ChannelLag;
import dev.cistern.common.runtime.Foundation;
import dev.cistern.common.runtime.OperationConfig;
import dev.cistern.common.runtime.Service;
import dev.cistern.common.runtime.ServiceRuntime;
import dev.cistern.common.runtime.TopicConfig;
import dev.cistern.common.runtime.TopicKeeper;
import dev.cistern.common.trace.Traces;
import dev.cistern.pool.Installation;
import dev.cistern.pool.PoolEvents;
import dev.cistern.pool.Pools;
import io.quarkus.agroal.DataSource;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The operations of pool-service, put together and running from start to stop. */
@Singleton
public class PoolWork implements Service {
    private static final Duration WAIT_FOR_KAFKA = Duration.ofSeconds(10);

    private final ServiceRuntime runtime;
    private final TopicKeeper topics;
    private final ChannelLag lag;
    private final PoolEvents events;
    private final Map<String, PoolVerb> verbs;

    PoolWork(
            @DataSource("pool") javax.sql.DataSource dataSource,
            TransactionSynchronizationRegistry synchronizations,
            @Identifier("default-kafka-broker") Map<String, Object> kafka,
            KafkaClientService clients,
            TopicConfig topicConfig,
            BacklogConfig backlog,
            OperationConfig operationConfig,
            Traces traces,
            Pools pools,
            @Identifier("pool") Instance<Representations> representations) {
        var foundation = new Foundation("pool", dataSource, synchronizations, kafka, traces);
        events = new PoolEvents(foundation.outbox());
        verbs =
                verbs(
                        new Workshop(
                                pools,
                                new Installation(foundation.jdbi()),
                                foundation.outbox(),
                                events));
        topics = new TopicKeeper(topicConfig.settings(), kafka);
        lag = new ChannelLag(clients, List.of("pool-results", "pool-internal", "pool-heartbeats"));
        runtime =
                new ServiceRuntime(
                        foundation,
                        new ServiceRuntime.Business(
                                Owner.POOL,
                                "pool",
                                verbs.values(),
                                pool -> representations.get().of(pool),
                                backlog.limits(),
                                operationConfig.bulkLimits(),
                                operationConfig.retention(),
                                new ChannelLag(
                                        clients, List.of("pool-results", "pool-heartbeats"))));
    }

    private static Map<String, PoolVerb> verbs(Workshop workshop) {
        return List.of(
                        new BuildPool(workshop),
                        new StartPool(workshop),
                        new StopPool(workshop),
                        new DrainPool(workshop),
                        new DeletePool(workshop),
                        new RefreshPool(workshop),
                        new UndefinePool(workshop))
                .stream()
                .collect(Collectors.toMap(PoolVerb::kind, Function.identity()));
    }

    /** Topics before the channels, which subscribe to them. */
    void start(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event) {
        topics.start(WAIT_FOR_KAFKA);
        runtime.start();
    }

    void stop(@Observes ShutdownEvent event) {
        runtime.close();
        topics.close();
    }

    @Override
    public boolean serves(String path) {
        return path.startsWith("/v1/pools") || path.startsWith("/v1/nodes");
    }

    @Override
    public ServiceRuntime runtime() {
        return runtime;
    }

    @Override
    public TopicKeeper topics() {
        return topics;
    }

    @Override
    public ChannelLag lag() {
        return lag;
    }

    @Override
    public List<String> groupsInUse() {
        return runtime.foundation()
                .jdbi()
                .withHandle(
                        handle ->
                                handle.createQuery(
                                                "select distinct worker_group from pool where worker_group is not null"
                                                        + " and state <> 'UNDEFINED' and (state <> 'INACTIVE' or exists"
                                                        + " (select from operation o where o.pool = pool.id and o.finished_at is null))")
                                        .mapTo(String.class)
                                        .list());
    }

    /** Where changes are published. */
    public PoolEvents events() {
        return events;
    }

    /**
     * What can be done to a pool.
     *
     * @param kind of the operation, for example {@code StartPool}
     */
    public PoolVerb verb(String kind) {
        var verb = verbs.get(kind);
        if (verb == null) {
            throw new IllegalStateException("pools have no operation " + kind);
        }
        return verb;
    }
}
