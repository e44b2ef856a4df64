package dev.cistern.pool.rest;

import dev.cistern.pool.work.PoolWork;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Whether the way from the database to Kafka is open, and what the watchdog had to do. */
@Readiness
@ApplicationScoped
public class PoolHealth implements HealthCheck {
    private static final Duration STUCK = Duration.ofSeconds(30);

    private final PoolWork work;

    PoolHealth(PoolWork work) {
        this.work = work;
    }

    @Override
    public HealthCheckResponse call() {
        var relay = work.runtime().foundation().sinceLastRelay();
        return HealthCheckResponse.named("pool-service")
                .withData("secondsSinceRelay", relay.toSeconds())
                .withData("commandsSentAgain", work.runtime().watchdog().sentAgain())
                .withData("operationsSweptUp", work.runtime().watchdog().sweptUp())
                .status(relay.compareTo(STUCK) < 0)
                .build();
    }
}
