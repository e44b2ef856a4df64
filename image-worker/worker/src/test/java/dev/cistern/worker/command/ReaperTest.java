package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.worker.folder.Reaper;
import java.nio.file.Files;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReaperTest extends PoolBench {
    private static final Duration YOUNG = Duration.ofHours(1);

    @BeforeEach
    void start() throws Exception {
        dieAt(Command.CreateVolume.class, "intent");
        bench.run(operation, 1, pool.create(volume, "disk"));
        assertThat(pool.staged()).hasSize(1);
    }

    private void reap(Duration age, boolean runs) {
        try (var reaper =
                new Reaper(
                        new Reaper.Retention(age, age),
                        bench.probes::watched,
                        each -> runs && each.equals(operation))) {
            reaper.reap();
        }
    }

    @Test
    void removesWhatIsOldAndKeepsWhatIsYoungOrRuns() throws Exception {
        reap(YOUNG, false);
        assertThat(pool.staged()).hasSize(1);
        reap(Duration.ZERO, true);
        assertThat(pool.staged()).hasSize(1);

        reap(Duration.ZERO, false);

        assertThat(pool.staged()).isEmpty();
        assertThat(pool.house("journal")).isEmptyDirectory();
    }

    @Test
    void neverRemovesAPublishedFile() throws Exception {
        Files.writeString(pool.file("user"), "the user's");
        bench.run(pool.create(UUID.randomUUID(), "ours"));

        reap(Duration.ZERO, false);

        assertThat(pool.files()).containsExactly("ours", "user");
    }

    @Test
    void callsOffTheIntentOfWhatItRemoves() throws Exception {
        try (var reaper =
                new Reaper(
                        new Reaper.Retention(Duration.ZERO, YOUNG),
                        bench.probes::watched,
                        _ -> false)) {
            reaper.reap();
        }

        assertThat(pool.entry(operation).intent()).isNull();
        assertThat(bench.run(operation, 2, pool.create(volume, "disk")))
                .isInstanceOf(Result.VolumeCreated.class);
    }
}
