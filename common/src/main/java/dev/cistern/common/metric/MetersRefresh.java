package dev.cistern.common.metric;

import dev.cistern.common.runtime.Service;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Keeps the meters of every service in this process up to date. */
@ApplicationScoped
public class MetersRefresh {
    private static final Logger LOG = Logger.getLogger(MetersRefresh.class);
    private static final int EVERY_SECONDS = 5;

    private final List<Service> services;
    private final List<RefreshedMeters> others;
    private final MeterRegistry registry;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("meters").daemon().factory());

    MetersRefresh(
            @All List<Service> services,
            @All List<RefreshedMeters> others,
            MeterRegistry registry) {
        this.services = services;
        this.others = others;
        this.registry = registry;
    }

    void start(@Observes StartupEvent event) {
        var all = new ArrayList<>(others);
        services.forEach(service -> all.add(new ServiceMeters(service, registry)));
        for (var meters : all) {
            var _ =
                    timer.scheduleWithFixedDelay(
                            () -> refresh(meters), 1, EVERY_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static void refresh(RefreshedMeters meters) {
        try {
            meters.refresh();
        } catch (RuntimeException e) {
            LOG.debugf(e, "%s stay as they are", meters.getClass().getSimpleName());
        }
    }

    void stop(@Observes ShutdownEvent event) {
        timer.shutdownNow();
    }
}
