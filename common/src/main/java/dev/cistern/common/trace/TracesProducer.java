package dev.cistern.common.trace;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The traces of this process, as configured. */
@ApplicationScoped
public class TracesProducer {
    /**
     * To the collector that is configured, if one is.
     *
     * @param collector of OTLP over HTTP
     * @param process the name of this one
     */
    @Produces
    @Singleton
    Traces traces(
            @ConfigProperty(name = "cistern.traces.collector") Optional<URI> collector,
            @ConfigProperty(name = "quarkus.application.name", defaultValue = "cistern")
                    String process) {
        return collector.map(uri -> Traces.to(uri, process)).orElse(Traces.NONE);
    }

    void close(@Disposes Traces traces) {
        traces.close();
    }
}
