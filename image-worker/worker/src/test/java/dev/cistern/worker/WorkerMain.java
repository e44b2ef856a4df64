package dev.cistern.worker;

import dev.cistern.common.crash.CrashPoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;

/**
 * A worker in a process of its own, until it is killed.
 *
 * <p>Arguments: bootstrap servers, name, group, lease in seconds, and the crash point at which it
 * stops itself with SIGSTOP.
 */
final class WorkerMain {
    private WorkerMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        if (arguments.length > 4) {
            CrashPoints.arm(arguments[4], WorkerMain::stopMyself);
        }
        var worker =
                new Worker(
                        Workers.settings(
                                arguments[1],
                                arguments[2],
                                false,
                                Duration.ofSeconds(Long.parseLong(arguments[3]))),
                        Map.of("bootstrap.servers", arguments[0]));
        worker.start();
        Thread.currentThread().join();
    }

    private static void stopMyself() {
        try {
            var pid = ProcessHandle.current().pid();
            new ProcessBuilder("kill", "-STOP", Long.toString(pid)).inheritIO().start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
