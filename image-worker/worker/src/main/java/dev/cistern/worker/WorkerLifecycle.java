package dev.cistern.worker;

import dev.cistern.common.message.Lane;
import dev.cistern.common.trace.Traces;
import dev.cistern.image.CacheStatistics;
import dev.cistern.worker.execution.CommandWatch;
import dev.cistern.worker.transfer.TransferPort;
import dev.cistern.worker.transfer.Transfers;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.runtime.RouteConstants;
import io.smallrye.common.annotation.Identifier;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** The worker of this process, started and stopped with it. */
@ApplicationScoped
public class WorkerLifecycle {
    private final Worker worker;
    private final TransferPort port;

    /** The worker that the configuration describes. */
    public WorkerLifecycle(
            WorkerConfig config,
            @Identifier("default-kafka-broker") Map<String, Object> kafka,
            MeterRegistry registry,
            Traces traces) {
        var settings = WorkerSettings.of(config);
        var transfers = new Transfers(new TransferAddress(config));
        port = new TransferPort(transfers);
        worker = new Worker(settings, kafka, new CommandWatch(registry, traces), transfers);
        Arrays.stream(Lane.values()).forEach(lane -> slots(registry, settings.name(), lane));
        Gauge.builder("cistern.worker.standing", worker, seen -> seen.inStanding() ? 1 : 0)
                .tags("worker", settings.name())
                .description("1 while the worker may take work, 0 while it may not")
                .register(registry);
        cache(registry);
    }

    private static void cache(MeterRegistry registry) {
        var cache = CacheStatistics.PROCESS;
        FunctionCounter.builder("cistern.image.cache.hits", cache, CacheStatistics::hits)
                .description("Parts of images' tables that were at hand")
                .register(registry);
        FunctionCounter.builder("cistern.image.cache.misses", cache, CacheStatistics::misses)
                .description("Parts of images' tables that were read from files")
                .register(registry);
        Gauge.builder("cistern.image.cache.bytes", cache, CacheStatistics::bytes)
                .description("Memory outside of the heap that images' tables take")
                .register(registry);
    }

    private void slots(MeterRegistry registry, String name, Lane lane) {
        var tags = Tags.of("worker", name, "lane", lane.name().toLowerCase(Locale.ROOT));
        Gauge.builder("cistern.worker.slots", worker, seen -> seen.slots(lane).total())
                .tags(tags)
                .description("Commands of a lane that a worker carries out at once")
                .register(registry);
        Gauge.builder("cistern.worker.slots.free", worker, seen -> seen.slots(lane).free())
                .tags(tags)
                .description("Slots of a lane that a command could start in now")
                .register(registry);
    }

    /** Before Quarkus limits how long a body may be. */
    void route(@Observes Router router) {
        router.route("/v1/transfers/*")
                .order(RouteConstants.ROUTE_ORDER_UPLOAD_LIMIT - 1)
                .handler(context -> port.handle(context.request()));
    }

    void start(@Observes StartupEvent event) {
        worker.start();
    }

    void stop(@Observes ShutdownEvent event) {
        worker.close();
        port.close();
    }

    Worker worker() {
        return worker;
    }
}
