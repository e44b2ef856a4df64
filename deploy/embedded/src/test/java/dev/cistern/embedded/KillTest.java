package dev.cistern.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KillTest {
    @TempDir Path folder;

    @Test
    void nothingIsLeftOfAKilledJvmButItsData() throws Exception {
        try (ChildJvm child = ChildJvm.start(List.of(), ServersMain.class, folder.toString())) {
            store(child);
            child.kill();
        }
        Eventually.that(() -> postgresProcesses().isEmpty());

        assertThatAllIsThere();
    }

    @Test
    void aDatabaseServerThatOutlivesItsJvmIsStoppedByTheNextStart() throws Exception {
        try (ChildJvm child = ChildJvm.start(List.of(), ServersMain.class, folder.toString())) {
            store(child);
            child.freeze();
            List<ProcessHandle> supervisors = child.descendants();
            supervisors.removeAll(postgresProcesses());
            supervisors.forEach(ProcessHandle::destroyForcibly);
            child.kill();
        }
        assertThat(postgresProcesses()).isNotEmpty();

        assertThatAllIsThere();
        assertThat(postgresProcesses()).isEmpty();
    }

    @Test
    void everythingKilledAtOnceComesBack() throws Exception {
        try (ChildJvm child = ChildJvm.start(List.of(), ServersMain.class, folder.toString())) {
            store(child);
            child.freeze();
            child.descendants().forEach(ProcessHandle::destroyForcibly);
            child.kill();
        }

        assertThatAllIsThere();
    }

    private static void store(ChildJvm child) throws Exception {
        child.awaitLine("started");
        for (String name : List.of("a", "b")) {
            child.say(name);
            child.awaitLine("stored " + name);
        }
    }

    private void assertThatAllIsThere() throws Exception {
        try (DataFolder data = DataFolder.open(folder);
                EmbeddedServers servers =
                        EmbeddedServers.start(data, EmbeddedSettings.brief(), _ -> {})) {
            assertThat(Rows.names(servers.postgres())).containsExactly("a", "b");
            assertThat(Messages.read(servers.kafka().bootstrapServers(), 2))
                    .containsExactly("a", "b");
        }
    }

    private List<ProcessHandle> postgresProcesses() throws Exception {
        return Processes.runningIn(folder.resolve("postgresql/data"), "postgres");
    }
}
