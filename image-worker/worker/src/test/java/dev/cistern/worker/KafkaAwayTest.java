package dev.cistern.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.crash.CrashPoints;
import dev.cistern.common.message.Result;
import dev.cistern.embedded.KafkaBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that goes and comes back delays, and nothing is lost. */
class KafkaAwayTest {
    @TempDir Path folder;
    private final String group = "g-" + UUID.randomUUID();

    @AfterEach
    void disarm() {
        CrashPoints.disarm();
    }

    @Test
    void keepsResultsAndTakesNothingWhileKafkaIsAway() throws Exception {
        var pool = Pool.in(folder.resolve("pool"));
        var operation = UUID.randomUUID();
        try (var broker = KafkaBroker.start(folder.resolve("kafka"), 0);
                var cluster = new Cluster(broker.bootstrapServers())) {
            cluster.createTopics();
            cluster.createGroup(group);
            var settings = Workers.settings("patient", group, false, Duration.ofSeconds(3));
            try (var worker = new Worker(settings, cluster.settings())) {
                worker.start();
                var starting = UUID.randomUUID();
                cluster.send(group, starting, 1, pool.start());
                assertThat(cluster.await(starting)).isInstanceOf(Result.PoolStarted.class);

                CrashPoints.arm("CreateVolume:journal", () -> stop(broker));
                cluster.send(group, operation, 1, pool.create(UUID.randomUUID(), "disk"));
                Eventually.that("the lease runs out", () -> !worker.inStanding());
                Eventually.that("it takes nothing", () -> !worker.taking());
                assertThat(worker.alive()).doesNotContainValue(false);

                broker.restart();
                assertThat(cluster.await(operation)).isInstanceOf(Result.VolumeCreated.class);
                var next = UUID.randomUUID();
                assertThat(cluster.run(group, next, pool.create(UUID.randomUUID(), "next")))
                        .isInstanceOf(Result.VolumeCreated.class);
                assertThat(pool.files()).containsExactly("disk", "next");
            }
        }
    }

    @Test
    void startsAndStopsWithoutKafka() {
        var settings = Workers.settings("alone", group, false, Duration.ofSeconds(3));
        try (var worker = new Worker(settings, Map.of("bootstrap.servers", "localhost:1"))) {
            worker.start();

            assertThat(worker.inStanding()).isFalse();
            assertThat(worker.alive()).doesNotContainValue(false);
        }
    }

    private static void stop(KafkaBroker broker) {
        try {
            broker.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
