package dev.cistern.common.health;

import dev.cistern.common.runtime.Service;
import io.quarkus.arc.All;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.health.api.HealthRegistry;
import io.smallrye.health.api.Wellness;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.function.Supplier;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * The checks of every service in this process, each under the service's name.
 *
 * <p>Not live is what only a restart helps. Not ready is what refuses requests. Not well is what
 * delays them, and what someone should look at.
 */
@ApplicationScoped
public class HealthChecks {
    private final List<Service> services;
    private final HealthRegistry live;
    private final HealthRegistry ready;
    private final HealthRegistry started;
    private final HealthRegistry well;

    HealthChecks(
            @All List<Service> services,
            @Liveness HealthRegistry live,
            @Readiness HealthRegistry ready,
            @Startup HealthRegistry started,
            @Wellness HealthRegistry well) {
        this.services = services;
        this.live = live;
        this.ready = ready;
        this.started = started;
        this.well = well;
    }

    void register(@Observes StartupEvent event) {
        for (var service : services) {
            var health = new ServiceHealth(service);
            var name = service.name();
            live.register(name + " threads", offLoop(health::threads));
            ready.register(name + " database", offLoop(health::database));
            started.register(name + " topics", offLoop(health::topics));
            well.register(name + " Kafka", offLoop(health::kafka));
            well.register(name + " relay", offLoop(health::relay));
            well.register(name + " channels", offLoop(health::channels));
            well.register(name + " worker groups", offLoop(health::workerGroups));
        }
    }

    /** They wait for servers, which the thread that answers HTTP must not. */
    private static AsyncHealthCheck offLoop(Supplier<HealthCheckResponse> check) {
        return () ->
                Uni.createFrom()
                        .item(check)
                        .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
    }
}
