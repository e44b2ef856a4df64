package dev.cistern.standalone;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import java.net.URI;
import java.time.Duration;

/** Says when the services are ready, and keeps them running until a signal. */
public final class Services implements QuarkusApplication {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Made by Quarkus. */
    public Services() {}

    /**
     * Returns when the services are to stop.
     *
     * @param arguments address of the HTTP interface, and data folder
     */
    @Override
    public int run(String... arguments) throws InterruptedException {
        String address = arguments[0];
        var readiness = new Readiness(URI.create(address + "/q/health/ready"));
        if (readiness.await(PATIENCE)) {
            System.out.printf("Cistern is ready at %s (data in %s)%n", address, arguments[1]);
            System.out.println(Memory.line());
        } else {
            System.err.printf(
                    "cistern: not ready after %d s, going on: %s%n",
                    PATIENCE.toSeconds(), readiness.lastAnswer());
        }
        Quarkus.waitForExit();
        return 0;
    }
}
