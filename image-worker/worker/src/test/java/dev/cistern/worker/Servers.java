package dev.cistern.worker;

import dev.cistern.embedded.TestServers;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/** A real Kafka for the worker under test. */
public final class Servers implements QuarkusTestResourceLifecycleManager {
    @Override
    public Map<String, String> start() {
        return TestServers.shared().configuration();
    }

    @Override
    public void stop() {
        // They end with this JVM.
    }
}
