package dev.cistern.volume.work;

import dev.cistern.common.message.InternalEvent;
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
import dev.cistern.volume.Chains;
import dev.cistern.volume.Holds;
import dev.cistern.volume.Images;
import dev.cistern.volume.Ledger;
import dev.cistern.volume.Leftovers;
import dev.cistern.volume.OrphanEvents;
import dev.cistern.volume.PoolViews;
import dev.cistern.volume.SnapshotEvents;
import dev.cistern.volume.Snapshots;
import dev.cistern.volume.VolumeAdoption;
import dev.cistern.volume.VolumeEvents;
import dev.cistern.volume.VolumeSettings;
import dev.cistern.volume.VolumeTrash;
import dev.cistern.volume.Volumes;
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
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** The operations of volume-service, put together and running from start to stop. */
@Singleton
public class VolumeWork implements Service {
    private static final Logger LOG = Logger.getLogger(VolumeWork.class);
    private static final Duration WAIT_FOR_KAFKA = Duration.ofSeconds(10);

    private final Workshop workshop;
    private final OrphanStock orphans;
    private final ServiceRuntime runtime;
    private final TopicKeeper topics;
    private final ChannelLag lag;
    private final PoolConversation conversation;
    private final ScheduledExecutorService closer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("volume-closer").daemon().factory());

    VolumeWork(
            @DataSource("volume") javax.sql.DataSource dataSource,
            TransactionSynchronizationRegistry synchronizations,
            @Identifier("default-kafka-broker") Map<String, Object> kafka,
            KafkaClientService clients,
            TopicConfig topicConfig,
            BacklogConfig backlog,
            OperationConfig operationConfig,
            VolumeSettings settings,
            Traces traces,
            @Identifier("volume") Instance<Representations> representations) {
        var foundation = new Foundation("volume", dataSource, synchronizations, kafka, traces);
        workshop = workshop(foundation, settings);
        orphans =
                new OrphanStock(
                        new Leftovers(foundation.jdbi()),
                        new OrphanEvents(foundation.outbox(), workshop.pools()),
                        new VolumeAdoption(foundation.jdbi()));
        var inventory =
                new Inventory(
                        foundation.jdbi(),
                        workshop.ledger(),
                        workshop.events(),
                        workshop.snapshots(),
                        workshop.images());
        runtime =
                new ServiceRuntime(
                        foundation,
                        new ServiceRuntime.Business(
                                Owner.VOLUME,
                                "volume",
                                List.of(
                                        new CreateVolume(workshop),
                                        new CloneVolume(workshop),
                                        new CloneFile(workshop),
                                        new UpdateVolume(workshop),
                                        new DeleteVolume(workshop),
                                        new TrashVolume(workshop),
                                        new RestoreVolume(workshop),
                                        new InPlace(workshop, new ResizeVolume(workshop)),
                                        new InPlace(
                                                workshop,
                                                new SnapshotWork.Create(
                                                        workshop.snapshots(),
                                                        new SnapshotKinds(workshop))),
                                        new InPlace(
                                                workshop,
                                                new SnapshotWork.Delete(
                                                        workshop.snapshots(), workshop.chains())),
                                        new InPlace(
                                                workshop,
                                                new SnapshotWork.Revert(
                                                        workshop.snapshots(), workshop.chains())),
                                        new InPlace(
                                                workshop, CheckVolume.checking(workshop.volumes())),
                                        new InPlace(
                                                workshop,
                                                CheckVolume.repairing(workshop.volumes())),
                                        new InPlace(workshop, new RenameVolume(workshop)),
                                        new InPlace(workshop, new MoveVolume(workshop)),
                                        new InPlace(workshop, new ConvertVolume(workshop)),
                                        new InPlace(workshop, new UploadVolume(workshop)),
                                        new DownloadVolume(workshop),
                                        new InPlace(workshop, new FlattenVolume()),
                                        new InPlace(workshop, new CommitVolume(workshop)),
                                        new InPlace(workshop, new CompactVolume()),
                                        new InPlace(workshop, new WipeVolume(workshop)),
                                        new ScanPool(
                                                workshop,
                                                new PoolFiles(foundation.jdbi()),
                                                inventory,
                                                orphans),
                                        new AdoptVolume(workshop, orphans),
                                        new QuarantineVolume(workshop, orphans),
                                        new PurgeLeftover(workshop, orphans)),
                                volume -> representations.get().of(volume),
                                backlog.limits(),
                                operationConfig.bulkLimits(),
                                operationConfig.retention(),
                                new ChannelLag(
                                        clients, List.of("volume-results", "volume-heartbeats"))));
        topics = new TopicKeeper(topicConfig.settings(), kafka);
        lag =
                new ChannelLag(
                        clients, List.of("volume-results", "volume-internal", "volume-heartbeats"));
        conversation =
                new PoolConversation(
                        foundation.jdbi(),
                        workshop,
                        new Forgetting(
                                foundation.jdbi(),
                                workshop.pools(),
                                workshop.ledger(),
                                workshop.events()),
                        runtime.operations());
    }

    private static Workshop workshop(Foundation foundation, VolumeSettings settings) {
        var volumes = new Volumes(foundation.jdbi());
        var ledger = new Ledger(foundation.jdbi());
        var snapshots = new Snapshots(foundation.jdbi());
        return new Workshop(
                volumes,
                new VolumeTrash(foundation.jdbi()),
                new PoolViews(foundation.jdbi()),
                ledger,
                new Holds(foundation.jdbi(), ledger),
                new SnapshotStock(
                        snapshots, new SnapshotEvents(foundation.outbox(), snapshots, volumes)),
                new Images(foundation.jdbi()),
                new VolumeEvents(foundation.outbox(), foundation.jdbi()),
                foundation.outbox(),
                new Chains(foundation.jdbi()),
                settings);
    }

    /** Topics before the channels, which subscribe to them. */
    void start(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event) {
        topics.start(WAIT_FOR_KAFKA);
        runtime.start();
        var _ = closer.scheduleWithFixedDelay(this::closeIdle, 200, 200, TimeUnit.MILLISECONDS);
    }

    void stop(@Observes ShutdownEvent event) {
        closer.shutdownNow();
        runtime.close();
        topics.close();
    }

    /**
     * The last operation on a pool that is closing makes it closed. Not in its own transaction: two
     * that end at once would each see the other still running, and the pool's row is locked before
     * the volumes' elsewhere.
     */
    private void closeIdle() {
        try {
            runtime.foundation()
                    .transactions()
                    .run(
                            () -> {
                                if (workshop.pools().anyClosing()) {
                                    conversation.closeIdle();
                                }
                            });
        } catch (RuntimeException e) {
            LOG.warnf("closing pools: %s; trying again", e.getMessage());
        }
    }

    /** Takes in word from pool-service, in the transaction of its delivery. */
    public void hear(InternalEvent event) {
        conversation.hear(event);
    }

    @Override
    public boolean serves(String path) {
        return path.startsWith("/v1/volumes");
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
                                                "select distinct worker_group from pool_view where state in ('OPEN', 'CLOSING')")
                                        .mapTo(String.class)
                                        .list());
    }

    OrphanStock orphans() {
        return orphans;
    }

    Workshop workshop() {
        return workshop;
    }
}
