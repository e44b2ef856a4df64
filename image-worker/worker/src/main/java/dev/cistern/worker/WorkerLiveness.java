package dev.cistern.worker;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Down when a thread has ended that should run for ever: only a restart helps. */
@Liveness
@ApplicationScoped
public class WorkerLiveness implements HealthCheck {
    private final WorkerLifecycle lifecycle;

    /** The liveness of this process's worker. */
    public WorkerLiveness(WorkerLifecycle lifecycle) {
        this.lifecycle = lifecycle;
    }

    @Override
    public HealthCheckResponse call() {
        var alive = lifecycle.worker().alive();
        var response =
                HealthCheckResponse.named("image-worker threads")
                        .status(!alive.containsValue(false));
        alive.forEach(response::withData);
        return response.build();
    }
}
