package dev.cistern.volume;

import dev.cistern.embedded.TestServers;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.sql.SQLException;
import java.util.Map;

/** A real PostgreSQL and a real Kafka for the service under test. */
public final class Servers implements QuarkusTestResourceLifecycleManager {
    @Override
    public Map<String, String> start() {
        var servers = TestServers.shared();
        try {
            return servers.configuration(servers.newDatabase("volume_service"));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void stop() {
        // They end with this JVM.
    }
}
