package dev.cistern.worker;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Map;

/** The worker of this process, started and stopped with it. */
@ApplicationScoped
public class WorkerLifecycle {
    private final Worker worker;

    /** The worker that the configuration describes. */
    public WorkerLifecycle(
            WorkerConfig config, @Identifier("default-kafka-broker") Map<String, Object> kafka) {
        worker = new Worker(WorkerSettings.of(config), kafka);
    }

    void start(@Observes StartupEvent event) {
        worker.start();
    }

    void stop(@Observes ShutdownEvent event) {
        worker.close();
    }

    Worker worker() {
        return worker;
    }
}
