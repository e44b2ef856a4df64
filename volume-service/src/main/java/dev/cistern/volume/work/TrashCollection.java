package dev.cistern.volume.work;

import dev.cistern.common.operation.NewOperation.Requester;
import dev.cistern.volume.Deletion;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Has volumes deleted for good whose time in the trash is over. */
@Singleton
class TrashCollection {
    private static final Logger LOG = Logger.getLogger(TrashCollection.class);
    private static final Deletion FOR_GOOD = new Deletion(true, Optional.empty());
    private static final int AT_ONCE = 100;

    private final VolumeService volumes;
    private final Workshop workshop;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("trash").daemon().factory());

    TrashCollection(VolumeService volumes, VolumeWork work) {
        this.volumes = volumes;
        this.workshop = work.workshop();
    }

    void start(@Observes StartupEvent event) {
        var _ = timer.scheduleWithFixedDelay(this::collect, 5, 5, TimeUnit.SECONDS);
    }

    void stop(@Observes ShutdownEvent event) {
        timer.shutdownNow();
    }

    private void collect() {
        try {
            for (var id : workshop.trash().overdue(AT_ONCE)) {
                volumes.delete(id.toString(), FOR_GOOD, Requester.SYSTEM);
            }
        } catch (RuntimeException e) {
            LOG.infof("the trash is not emptied: %s; trying again", e.getMessage());
        }
    }
}
