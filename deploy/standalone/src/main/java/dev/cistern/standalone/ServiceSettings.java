package dev.cistern.standalone;

import dev.cistern.embedded.EmbeddedServers;
import java.util.Map;

/**
 * The configuration that the services are given.
 *
 * <p>It goes into system properties, which outrank environment variables: those may be meant for
 * services that run by themselves.
 */
record ServiceSettings(Map<String, String> values) {
    static ServiceSettings of(EmbeddedServers servers, String host, int port) {
        return new ServiceSettings(
                Map.of(
                        "kafka.bootstrap.servers", servers.kafka().bootstrapServers(),
                        "cistern.postgres.url", servers.postgres().jdbcUrl(),
                        "cistern.postgres.user", servers.postgres().user(),
                        "cistern.postgres.password", servers.postgres().password(),
                        "quarkus.http.host", host,
                        "quarkus.http.port", Integer.toString(port)));
    }

    void apply() {
        values.forEach(System::setProperty);
    }
}
