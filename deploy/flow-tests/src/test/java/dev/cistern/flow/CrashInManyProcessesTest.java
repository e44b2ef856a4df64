package dev.cistern.flow;

import dev.cistern.embedded.TestServers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link CrashStory} where one process dies and the others go on. */
final class CrashInManyProcessesTest {
    @TempDir Path folder;

    @Test
    void acceptedWorkEndsAndAllTellTheSame() throws Exception {
        var servers = TestServers.shared();
        try (var cistern = ManyProcesses.on(servers, servers.newDatabase("crash"))) {
            CrashStory.tell(cistern, folder);
        }
    }
}
