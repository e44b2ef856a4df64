package dev.cistern.bench.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessesTest {
    @Test
    void aProcessHasMemoryAndHasUsedTheProcessor() {
        var me = new Processes(List.of(ProcessHandle.current().pid()), List.of());

        assertThat(me.serviceMemory()).isGreaterThan(10_000_000);
        assertThat(me.databaseMemory()).isZero();
        assertThat(me.cpu().services()).isPositive();
        assertThat(me.cpu().databases()).isZero();
    }

    @Test
    void childrenCountForDatabasesOnly() throws Exception {
        var child = new ProcessBuilder("sleep", "60").start();
        try {
            var pid = ProcessHandle.current().pid();
            var asDatabase = new Processes(List.of(), List.of(pid)).databaseMemory();
            var alone = new Processes(List.of(), List.of(child.pid())).databaseMemory();

            assertThat(alone).isPositive();
            assertThat(asDatabase).isGreaterThan(alone);
        } finally {
            child.destroy();
        }
    }
}
