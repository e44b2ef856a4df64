package dev.cistern.image.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.image.CacheStatistics;
import dev.cistern.image.storage.MemoryStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class CacheStatisticsTest {
    private static final int CLUSTER = 4096;
    private static final int ENTRIES = 5000;

    private final CacheStatistics statistics = CacheStatistics.PROCESS;

    @Test
    void whatIsReadOnceIsAtHandAfterwards() throws IOException {
        var hits = statistics.hits();
        var misses = statistics.misses();
        var file = new MemoryStorage("tables");
        file.writeFully(ByteBuffer.allocate(CLUSTER), 0);
        var cache = new TableCache(file, CLUSTER, 16 * CLUSTER);

        for (var entry = 0; entry < ENTRIES; entry++) {
            assertThat(cache.getLong(0)).isZero();
        }

        assertThat(statistics.misses()).isGreaterThan(misses);
        assertThat(statistics.hits() - hits).isGreaterThanOrEqualTo(ENTRIES - 1000);
        assertThat(statistics.bytes()).isGreaterThanOrEqualTo(CLUSTER);
    }
}
