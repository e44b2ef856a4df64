package dev.cistern.partner;

import dev.cistern.embedded.TestServers;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * A real PostgreSQL and a real Kafka for the service under test, with a database of its own and the
 * {@link Stage} on which its partners play.
 */
public final class Servers implements QuarkusTestResourceLifecycleManager {
    /** Configuration key with the address of the database. */
    public static final String DATABASE = "cistern.postgres.url";

    @Override
    public Map<String, String> start() {
        var servers = TestServers.shared();
        try {
            return new HashMap<>(servers.configuration(servers.newDatabase("service")));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void stop() {
        // They end with this JVM.
    }
}
