package dev.cistern.volume.rest;

import dev.cistern.volume.work.VolumeWork;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Whether the way from the database to Kafka is open, and what the watchdog had to do. */
@Readiness
@ApplicationScoped
public class VolumeHealth implements HealthCheck {
    private static final Duration STUCK = Duration.ofSeconds(30);

    private final VolumeWork work;

    VolumeHealth(VolumeWork work) {
        this.work = work;
    }

    @Override
    public HealthCheckResponse call() {
        var relay = work.runtime().foundation().sinceLastRelay();
        return HealthCheckResponse.named("volume-service")
                .withData("secondsSinceRelay", relay.toSeconds())
                .withData("commandsSentAgain", work.runtime().watchdog().sentAgain())
                .withData("operationsSweptUp", work.runtime().watchdog().sweptUp())
                .status(relay.compareTo(STUCK) < 0)
                .build();
    }
}
