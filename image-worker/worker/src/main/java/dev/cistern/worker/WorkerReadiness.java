package dev.cistern.worker;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Up while commands are taken: Kafka takes the heartbeats, and no pool's storage hangs. */
@Readiness
@ApplicationScoped
public class WorkerReadiness implements HealthCheck {
    private final WorkerLifecycle lifecycle;

    /** The readiness of this process's worker. */
    public WorkerReadiness(WorkerLifecycle lifecycle) {
        this.lifecycle = lifecycle;
    }

    @Override
    public HealthCheckResponse call() {
        var worker = lifecycle.worker();
        return HealthCheckResponse.named("image-worker intake")
                .status(worker.inStanding() && worker.taking())
                .withData("lease", worker.inStanding())
                .withData("taking", worker.taking())
                .build();
    }
}
