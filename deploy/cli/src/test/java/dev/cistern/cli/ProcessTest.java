package dev.cistern.cli;

import static dev.cistern.cli.Bodies.operation;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The client as a process of its own. The signal that ends it is TERM, on which the same happens as
 * on INT, because shells start what runs in the background with INT ignored.
 */
@Timeout(30)
final class ProcessTest {

    @Test
    void whoLeavesWhileWaitingIsToldHowToGoOn() throws Exception {
        try (var server = new FakeCistern()) {
            server.answers(202, operation("volume", "queued"));
            for (var i = 0; i < 100; i++) {
                server.answers(200, operation("volume", "running"));
            }
            var process = start(server, "vol-create-as", "images", "web1", "1G");
            awaitRequests(server, 2);

            process.toHandle().destroy();

            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(128 + 15);
            assertThat(process.errorReader().readAllAsString())
                    .isEqualToIgnoringNewLines(
                            "the operation goes on: wait for it with cistern op-wait %s, end it with cistern op-cancel %s"
                                    .formatted(Bodies.OPERATION, Bodies.OPERATION));
        }
    }

    @Test
    void whoFollowsSeesEventsAtOnceAndInTheEndTheCursor() throws Exception {
        try (var server = new FakeCistern()) {
            server.answers(200, "{\"items\":[{\"type\":\"first\"}],\"cursor\":\"c6\"}");
            for (var i = 0; i < 100; i++) {
                server.answers(200, "{\"items\":[],\"cursor\":\"c7\"}");
            }
            var process = start(server, "events", "--follow");
            assertThat(process.inputReader().readLine()).contains("first");
            awaitRequests(server, 3);

            process.toHandle().destroy();

            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.errorReader().readAllAsString()).contains("cursor: c7");
        }
    }

    @Test
    void theExitCodeIsThatOfTheVerb() throws Exception {
        try (var server = new FakeCistern()) {
            server.answers(200, Bodies.page());

            assertThat(start(server, "pool-list").waitFor()).isZero();
            assertThat(start(server, "pool-list", "--nonsense").waitFor()).isEqualTo(2);
        }
    }

    @Test
    void aListThatCouldNotBeWrittenIsAFailure() throws Exception {
        try (var server = new FakeCistern()) {
            server.answers(200, Bodies.page());

            var list = command(server, "pool-list").redirectOutput(new File("/dev/full")).start();

            assertThat(list.errorReader().readAllAsString())
                    .startsWith("error: standard output could not be written");
            assertThat(list.waitFor()).isEqualTo(1);
        }
    }

    @Test
    void aLocaleWithoutLettersGarblesNothing() throws Exception {
        try (var server = new FakeCistern()) {
            server.answers(200, Bodies.volume("bücher"));

            var shown = inLocaleC(command(server, "vol-info", "images:x")).start();

            assertThat(shown.inputReader(StandardCharsets.UTF_8).readAllAsString())
                    .contains("Name:           bücher");
        }
    }

    @Test
    void aNameThatTheLocaleCannotExpressIsRefused() throws Exception {
        try (var server = new FakeCistern()) {
            var client = command(server, "vol-delete", "--pool", "images");
            client.command().addAll(0, List.of("bash", "-c", "\"$@\" $'b\\xc3\\xbccher'", "-"));

            var deletes = inLocaleC(client).start();

            assertThat(deletes.errorReader().readAllAsString())
                    .startsWith(
                            "error: the arguments have letters that this locale cannot express");
            assertThat(deletes.waitFor()).isEqualTo(2);
            assertThat(server.lines()).isEmpty();
        }
    }

    private static ProcessBuilder inLocaleC(ProcessBuilder client) {
        client.environment().put("LC_ALL", "C");
        return client;
    }

    private static Process start(FakeCistern server, String... arguments) throws IOException {
        return command(server, arguments).start();
    }

    private static ProcessBuilder command(FakeCistern server, String... arguments) {
        var command =
                Stream.concat(
                                Stream.of(
                                        System.getProperty("java.home") + "/bin/java",
                                        "-XX:+UseSerialGC",
                                        "-XX:TieredStopAtLevel=1",
                                        "--enable-native-access=ALL-UNNAMED",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        "dev.cistern.cli.Main"),
                                Stream.of(arguments))
                        .toList();
        var builder = new ProcessBuilder(new ArrayList<>(command));
        builder.environment().put("CISTERN_URL", server.url());
        return builder;
    }

    private static void awaitRequests(FakeCistern server, int count) throws InterruptedException {
        var deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (server.lines().size() < count && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(server.lines()).hasSizeGreaterThanOrEqualTo(count);
    }
}
