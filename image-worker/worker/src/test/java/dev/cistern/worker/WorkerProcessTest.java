package dev.cistern.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Result;
import dev.cistern.embedded.TestServers;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Workers as processes that are killed, or stopped and woken. */
class WorkerProcessTest {
    private static final int LEASE_SECONDS = 3;

    @TempDir Path folder;
    private final String group = "g-" + UUID.randomUUID();
    private final String servers = TestServers.shared().bootstrapServers();
    private final Cluster cluster = new Cluster(servers);
    private final UUID operation = UUID.randomUUID();
    private final UUID volume = UUID.randomUUID();
    private Pool pool;
    private @Nullable Process child;

    @BeforeEach
    void prepare() throws Exception {
        pool = Pool.in(folder.resolve("pool"));
        cluster.createTopics();
        cluster.createGroup(group);
        try (var _ = Workers.started("starter", group, cluster)) {
            var starting = UUID.randomUUID();
            cluster.send(group, starting, 1, pool.start());
            assertThat(cluster.await(starting)).isInstanceOf(Result.PoolStarted.class);
        }
    }

    @AfterEach
    void tidyUp() throws InterruptedException {
        if (child != null) {
            child.destroyForcibly().waitFor();
        }
        cluster.close();
    }

    private Process launch(List<String> options, String... more) throws Exception {
        var arguments =
                new ArrayList<>(List.of(servers, "child", group, Integer.toString(LEASE_SECONDS)));
        arguments.addAll(List.of(more));
        var command = ChildJvm.command(options, WorkerMain.class, arguments.toArray(String[]::new));
        var process = ChildJvm.start(command, output());
        child = process;
        Eventually.that("the child's heartbeat", () -> !cluster.heartbeats("child").isEmpty());
        return process;
    }

    private File output() {
        return folder.resolve("output").toFile();
    }

    @Test
    void losesNothingWhenAWorkerIsKilled() throws Exception {
        var process = launch(List.of());
        var commands = new HashMap<UUID, UUID>();
        for (var number = 0; number < 60; number++) {
            var each = UUID.randomUUID();
            var its = UUID.randomUUID();
            commands.put(each, its);
            cluster.send(group, each, 1, pool.create(its, "disk-" + its));
        }
        Eventually.that("it is at work", () -> !pool.files().isEmpty());

        process.destroyForcibly().waitFor();
        try (var _ = Workers.started("heir", group, cluster)) {
            for (var each : commands.entrySet()) {
                var its = each.getValue();
                assertThat(
                                cluster.awaitAsWatchdog(
                                        group, each.getKey(), pool.create(its, "disk-" + its)))
                        .isInstanceOf(Result.VolumeCreated.class);
            }
        }

        assertThat(pool.files())
                .containsExactlyInAnyOrderElementsOf(
                        commands.values().stream().map(its -> "disk-" + its).toList());
        assertThat(Path.of(pool.place().path(), ".cistern", "staging")).isEmptyDirectory();
    }

    @Test
    void publishesNothingWhenWokenAfterItsLease() throws Exception {
        var process = launch(List.of(), "CreateVolume:intent");
        cluster.send(group, operation, 1, pool.create(volume, "disk"));
        stopAtItsPoint(process);
        leaseRunsOut();

        wakeUntilDropped(process);

        assertThat(pool.files()).isEmpty();
        cluster.send(group, operation, 2, pool.create(volume, "disk"));
        assertThat(cluster.awaitAsWatchdog(group, operation, pool.create(volume, "disk")))
                .isInstanceOf(Result.VolumeCreated.class);
        assertThat(pool.files()).containsExactly("disk");
    }

    /** On local storage the stopped one keeps its lock, other storage forgets it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void isOvertakenWhileItIsStopped(boolean keepsItsLock) throws Exception {
        var process = launch(List.of(), "CreateVolume:intent");
        cluster.send(group, operation, 1, pool.create(volume, "disk"));
        stopAtItsPoint(process);
        leaseRunsOut();
        if (!keepsItsLock) {
            Files.delete(pool.lock(volume));
        }

        try (var _ = Workers.started("heir", group, cluster)) {
            cluster.send(group, operation, keepsItsLock ? 3 : 2, pool.create(volume, "disk"));
            assertThat(cluster.await(operation)).isInstanceOf(Result.VolumeCreated.class);
            var inode = Files.getAttribute(Path.of(pool.place().path(), "disk"), "unix:ino");

            wakeUntilDropped(process);

            assertThat(pool.files()).containsExactly("disk");
            assertThat(Files.getAttribute(Path.of(pool.place().path(), "disk"), "unix:ino"))
                    .isEqualTo(inode);
        }
    }

    private void stopAtItsPoint(Process process) throws Exception {
        Eventually.that(
                "the child is at its point",
                () -> Files.readString(output().toPath()).contains("crash point"));
        signal(process, "-STOP");
        Eventually.that("the child is stopped", () -> state(process) == 'T');
    }

    private static void goOn(Process process) throws IOException {
        try (var input = process.getOutputStream()) {
            input.write('\n');
        }
    }

    private static void signal(Process process, String signal) throws Exception {
        new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().waitFor();
    }

    private static void leaseRunsOut() throws Exception {
        var end = System.nanoTime() + (LEASE_SECONDS + 1) * 1_000_000_000L;
        Eventually.that("the lease runs out", () -> System.nanoTime() - end > 0);
    }

    private void wakeUntilDropped(Process process) throws Exception {
        var before = cluster.heartbeats("child").size();
        goOn(process);
        signal(process, "-CONT");
        Eventually.that(
                "a heartbeat that does not speak of it any more",
                () -> {
                    var since = cluster.heartbeats("child");
                    return since.size() > before + 1
                            && since.getLast().running().stream()
                                    .noneMatch(running -> running.operation().equals(operation));
                });
    }

    /** The state letter of /proc/PID/stat. */
    private static char state(Process process) throws Exception {
        var stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        return stat.charAt(stat.lastIndexOf(')') + 2);
    }
}
