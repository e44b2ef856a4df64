package dev.cistern.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.crash.CrashPoints;
import dev.cistern.common.inbox.Delivery;
import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.message.Owner;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.ResultMessage;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.embedded.TestServers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers on a real broker. */
class WorkerTest {
    @TempDir Path folder;
    private final String group = "g-" + UUID.randomUUID();
    private final Cluster cluster = new Cluster(TestServers.shared().bootstrapServers());
    private final UUID operation = UUID.randomUUID();
    private final UUID volume = UUID.randomUUID();
    private Pool pool;

    @BeforeEach
    void prepare() throws Exception {
        pool = Pool.in(folder.resolve("pool"));
        cluster.createTopics();
    }

    @AfterEach
    void tidyUp() {
        CrashPoints.disarm();
        cluster.close();
    }

    private void startPool() throws Exception {
        var starting = UUID.randomUUID();
        cluster.send(group, starting, 1, pool.start());
        assertThat(cluster.await(starting)).isInstanceOf(Result.PoolStarted.class);
    }

    private List<UUID> sendCreates(int from, int to) throws Exception {
        var operations = new ArrayList<UUID>();
        for (var number = from; number < to; number++) {
            var each = UUID.randomUUID();
            cluster.send(
                    group, each, 1, pool.create(UUID.randomUUID(), "disk%03d".formatted(number)));
            operations.add(each);
        }
        return operations;
    }

    @Test
    void waitsForItsTopicsThenCarriesOutAndReports() throws Exception {
        try (var worker = Workers.started("early", group, cluster)) {
            Eventually.that("a heartbeat", () -> !cluster.heartbeats("early").isEmpty());
            assertThat(worker.taking()).isFalse();

            cluster.createGroup(group);
            startPool();
            cluster.send(group, operation, 1, pool.create(volume, "disk"));

            assertThat(cluster.await(operation)).isInstanceOf(Result.VolumeCreated.class);
            assertThat(pool.files()).containsExactly("disk");
            assertThat(worker.taking()).isTrue();
            assertThat(worker.inStanding()).isTrue();
            assertThat(worker.alive()).doesNotContainValue(false);
            var message = cluster.messages(operation).getFirst();
            assertThat(Delivery.of(message).id()).isEqualTo(operation + ".1");
            assertThat(Delivery.of(message).type()).isEqualTo("VolumeCreated");
            assertThat(ResultMessage.addressedTo(Owner.VOLUME, message.headers())).isTrue();
            assertThat(ResultMessage.addressedTo(Owner.POOL, message.headers())).isFalse();
            assertThat(Delivery.header(message, "traceparent")).isEqualTo("00-ab-cd-01");
        }
    }

    @Test
    void tellsWhatItHasInHandAndItsFreeSlots() throws Exception {
        cluster.createGroup(group);
        var goOn = new CountDownLatch(1);
        try (var _ = Workers.started("busy", group, cluster)) {
            startPool();
            block(goOn);
            cluster.send(group, operation, 3, pool.create(volume, "disk"));

            Eventually.that(
                    "the operation in a heartbeat",
                    () ->
                            cluster.heartbeats("busy").stream()
                                    .filter(beat -> beat.metadata().free() == 3)
                                    .flatMap(beat -> beat.running().stream())
                                    .anyMatch(
                                            running ->
                                                    running.operation().equals(operation)
                                                            && running.attempt() == 3
                                                            && running.owner() == Owner.VOLUME));
            goOn.countDown();
            cluster.await(operation);
            Eventually.that(
                    "all slots free",
                    () ->
                            cluster.heartbeats("busy").getLast().metadata().free() == 4
                                    && cluster.heartbeats("busy").getLast().running().isEmpty());
        } finally {
            goOn.countDown();
        }
        assertThat(cluster.heartbeats("busy"))
                .allSatisfy(
                        beat -> {
                            assertThat(beat.groups()).containsExactly(group);
                            assertThat(beat.metadata().total()).isEqualTo(4);
                            assertThat(beat.bulk()).isNotNull();
                        });
        assertThat(
                        cluster.heartbeats("busy").stream()
                                .map(Heartbeat::incarnation)
                                .distinct()
                                .count())
                .isEqualTo(1);
    }

    private static void block(CountDownLatch until) {
        CrashPoints.arm(
                "CreateVolume:stage",
                () -> {
                    try {
                        until.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    @Test
    void stopsAndUndoesWhatIsCancelled() throws Exception {
        cluster.createGroup(group);
        var goOn = new CountDownLatch(1);
        try (var worker = Workers.started("cancelled", group, cluster)) {
            startPool();
            block(goOn);
            cluster.send(group, operation, 1, pool.create(volume, "disk"));
            Eventually.that("it runs", () -> !CrashPoints.armed("CreateVolume:stage"));

            cluster.cancel(operation);
            Eventually.that("it is told", () -> worker.cancelled(operation));
            goOn.countDown();

            assertThat(cluster.await(operation))
                    .isInstanceOfSatisfying(
                            Result.CommandFailed.class,
                            failed ->
                                    assertThat(failed.problem().code())
                                            .isEqualTo(ProblemCode.CANCELLED));
            assertThat(pool.files()).isEmpty();
        } finally {
            goOn.countDown();
        }
    }

    @Test
    void sharesTheCommandsOfAGroup() throws Exception {
        cluster.createGroup(group);
        try (var _ = Workers.started("one", group, cluster);
                var _ = Workers.started("two", group, cluster)) {
            startPool();
            var operations = sendCreates(0, 100);

            cluster.awaitCreated(operations);

            assertThat(pool.files()).hasSize(100);
            for (var each : operations) {
                assertThat(cluster.messages(each)).hasSize(1);
            }
        }
    }

    @Test
    void leavesToOthersWhatItHasNotTakenWhenItStops() throws Exception {
        cluster.createGroup(group);
        var operations = new ArrayList<UUID>();
        try (var _ = Workers.started("first", group, cluster)) {
            startPool();
            operations.addAll(sendCreates(0, 60));
        }
        try (var _ = Workers.started("second", group, cluster)) {
            cluster.awaitCreated(operations);

            assertThat(pool.files()).hasSize(60);
        }
    }

    @Test
    void handsBackWhatItDoesNotKnowAndGoesOn() throws Exception {
        cluster.createGroup(group);
        try (var _ = Workers.started("old", group, cluster)) {
            startPool();
            cluster.sendRaw(
                    group,
                    UUID.randomUUID(),
                    """
                    {"operation":"%s","attempt":1,"owner":"VOLUME","command":{"type":"TurnIntoGold"}}
                    """
                            .formatted(UUID.randomUUID())
                            .getBytes(StandardCharsets.UTF_8));
            cluster.sendRaw(group, UUID.randomUUID(), new byte[] {1, 2, 3});
            cluster.send(group, operation, 1, pool.create(volume, "disk"));

            assertThat(cluster.await(operation)).isInstanceOf(Result.VolumeCreated.class);
        }
    }

    @Test
    void takesCommandsThroughAConsumerGroupToo() throws Exception {
        cluster.createGroup(group);
        var settings = Workers.settings("classic", group, true, Duration.ofSeconds(15));
        try (var worker = new Worker(settings, cluster.settings())) {
            worker.start();
            startPool();
            cluster.sendRaw(group, UUID.randomUUID(), new byte[] {1, 2, 3});
            var operations = sendCreates(0, 20);

            cluster.awaitCreated(operations);

            assertThat(pool.files()).hasSize(20);
        }
    }
}
