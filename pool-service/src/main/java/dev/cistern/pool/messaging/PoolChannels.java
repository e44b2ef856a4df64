package dev.cistern.pool.messaging;

import dev.cistern.common.inbox.Consumption;
import dev.cistern.common.inbox.Deliveries;
import dev.cistern.common.inbox.Delivery;
import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.message.InternalEvent;
import dev.cistern.common.message.Owner;
import dev.cistern.common.message.ResultMessage;
import dev.cistern.pool.Nodes;
import dev.cistern.pool.PoolState;
import dev.cistern.pool.Pools;
import dev.cistern.pool.work.Caretaker;
import dev.cistern.pool.work.PoolWork;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/** What pool-service hears: results of its commands, volume-service's answers, heartbeats. */
@Singleton
public class PoolChannels {
    private static final Logger LOG = Logger.getLogger(PoolChannels.class);

    private final PoolWork work;
    private final Pools pools;
    private final Nodes nodes;
    private final Caretaker caretaker;
    private final Consumption consumption;
    private final Deliveries results;
    private final Deliveries answers;

    PoolChannels(PoolWork work, Pools pools, Nodes nodes, Caretaker caretaker) {
        this.work = work;
        this.pools = pools;
        this.nodes = nodes;
        this.caretaker = caretaker;
        var foundation = work.runtime().foundation();
        consumption = foundation.consumption();
        results = work.runtime().results("pool-results");
        answers = foundation.deliveries("pool-internal", this::lockPools, this::answer);
    }

    /** Results, of which those for other services are passed over. */
    @Incoming("pool-results")
    @Blocking
    CompletionStage<Void> results(ConsumerRecords<String, byte[]> records) {
        var mine = new ArrayList<Delivery>();
        for (var message : records) {
            if (ResultMessage.addressedTo(Owner.POOL, message.headers())) {
                mine.add(Delivery.of(message));
            }
        }
        return consumption.of(() -> results.take(mine));
    }

    /** The conversation with volume-service. */
    @Incoming("pool-internal")
    @Blocking
    CompletionStage<Void> answers(ConsumerRecords<String, byte[]> records) {
        return consumption.of(() -> answers.take(deliveries(records)));
    }

    private void lockPools(List<Delivery> batch) throws IOException {
        var ids = new HashSet<UUID>();
        for (var delivery : batch) {
            ids.add(delivery.read(InternalEvent.class).poolId());
        }
        pools.lockAll(ids);
    }

    private void answer(Delivery delivery) throws IOException {
        var event = delivery.read(InternalEvent.class);
        switch (event) {
            case InternalEvent.PoolInventoried inventoried -> {
                if (!goOn(inventoried.operation(), event)) {
                    measured(inventoried);
                }
            }
            case InternalEvent.PoolClosed closed -> goOn(closed.operation(), event);
            case InternalEvent.PoolForgotten forgotten -> goOn(forgotten.operation(), event);
            case InternalEvent.PoolUnreachable unreachable -> lost(unreachable);
            case InternalEvent.PoolOpened _,
                    InternalEvent.PoolRefreshRequested _,
                    InternalEvent.PoolClosing _,
                    InternalEvent.PoolForgetting _ -> {}
        }
    }

    private boolean goOn(UUID operation, InternalEvent answer) {
        return work.runtime()
                .operations()
                .goOn(operation, waiting -> work.verb(waiting.kind()).answered(waiting, answer));
    }

    private void measured(InternalEvent.PoolInventoried inventoried) {
        if (inventoried.problem() == null) {
            pools.lock(inventoried.poolId())
                    .ifPresent(
                            pool -> {
                                pool.measured(inventoried.figures());
                                if (pool.becomesLow()) {
                                    work.events()
                                            .publish(
                                                    "lowspace",
                                                    pool,
                                                    pool.state(),
                                                    "cistern",
                                                    null);
                                }
                            });
        }
    }

    private void lost(InternalEvent.PoolUnreachable unreachable) {
        pools.lock(unreachable.poolId())
                .filter(
                        pool ->
                                pool.epoch() == unreachable.epoch()
                                        && pool.state() == PoolState.RUNNING)
                .ifPresent(
                        pool -> {
                            pool.inaccessible();
                            LOG.warnf("pool %s: %s", pool.name(), unreachable.problem().detail());
                            work.events()
                                    .publish(
                                            "inaccessible",
                                            pool,
                                            PoolState.RUNNING,
                                            "cistern",
                                            null);
                        });
    }

    /** Signs of life: for the watchdog, for the table of nodes, and for topics of new groups. */
    @Incoming("pool-heartbeats")
    @Blocking
    CompletionStage<Void> heartbeats(ConsumerRecords<String, byte[]> records) {
        return consumption.of(() -> hear(records));
    }

    private void hear(ConsumerRecords<String, byte[]> records) {
        for (var message : records) {
            try {
                heard(Delivery.of(message).read(Heartbeat.class));
            } catch (IOException | RuntimeException e) {
                LOG.warnf(
                        "the heartbeat at offset %d is passed over: %s",
                        message.offset(), e.getMessage());
            }
        }
    }

    private void heard(Heartbeat heartbeat) {
        work.runtime().watchdog().heard(heartbeat);
        heartbeat.groups().forEach(work.topics()::ensureGroup);
        nodes.heard(heartbeat);
        caretaker.heard(heartbeat);
    }

    private static List<Delivery> deliveries(ConsumerRecords<String, byte[]> records) {
        var deliveries = new ArrayList<Delivery>(records.count());
        for (ConsumerRecord<String, byte[]> message : records) {
            deliveries.add(Delivery.of(message));
        }
        return deliveries;
    }
}
