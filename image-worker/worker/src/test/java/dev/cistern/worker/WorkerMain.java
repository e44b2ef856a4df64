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
 * waits for a byte on its standard input.
 */
final class WorkerMain {
    private WorkerMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        if (arguments.length > 4) {
            CrashPoints.arm(arguments[4], WorkerMain::waitToBeStopped);
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

    private static void waitToBeStopped() {
        try {
            System.in.read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
