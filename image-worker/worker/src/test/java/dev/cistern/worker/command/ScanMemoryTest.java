package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.Permissions;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.worker.command.ScanMemory.Known;
import dev.cistern.worker.command.ScanMemory.Listing;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ScanMemoryTest {
    private static final Instant NOW = Instant.parse("2026-11-27T20:00:00Z");
    private static final FileFacts FACTS =
            new FileFacts(
                    "disk", "raw", 1, 1, null, null, 7, 1, NOW, new Permissions(0, 0, 0600), null);

    private static FileStatus changedAt(Instant time) {
        return new FileStatus(FileStatus.Type.REGULAR, 1, 7, 1, 4096, time, time, 0600, 0, 0, 1);
    }

    @Test
    void aFileThatKeepsItsTimesIsAsBefore() {
        var status = changedAt(NOW.minusSeconds(60));

        var known = Known.of(status, FACTS, NOW);

        assertThat(known.isAsBefore(status)).isTrue();
        assertThat(known.isAsBefore(changedAt(NOW))).isFalse();
    }

    @Test
    void aFileThatHasJustChangedMayChangeAgainUnseen() {
        var status = changedAt(NOW.minusMillis(500));

        assertThat(Known.of(status, FACTS, NOW).isAsBefore(status)).isFalse();
    }

    @Test
    void theOldestListingsAreForgottenWhenThereAreTooManyFiles() {
        var memory = new ScanMemory();
        var files = new HashMap<String, Known>();
        for (var number = 0; number < 60_000; number++) {
            files.put("file" + number, Known.of(changedAt(NOW), FACTS, NOW));
        }
        var first = UUID.randomUUID();
        var second = UUID.randomUUID();

        memory.keep(first, new Listing(first, Map.copyOf(files)));
        memory.keep(second, new Listing(second, Map.copyOf(files)));

        assertThat(memory.of(first)).isEqualTo(Listing.NONE);
        assertThat(memory.of(second).scan()).isEqualTo(second);
    }
}
