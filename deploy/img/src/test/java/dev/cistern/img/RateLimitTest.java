package dev.cistern.img;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.image.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class RateLimitTest {
    @Test
    void copyingWaitsUntilTheBytesMayHaveBeenCopied() throws IOException {
        var limit = new RateLimit(Progress.NONE, 1000, System::nanoTime);
        var begun = System.nanoTime();
        limit.copied(15);
        limit.copied(15);
        assertThat(System.nanoTime() - begun)
                .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(29));
    }

    @Test
    void noLimitWaitsForNothingAndAllIsPassedOn() throws IOException {
        var heard = new ArrayList<List<Long>>();
        var limit = new RateLimit((done, total) -> heard.add(List.of(done, total)), 0, () -> 0);
        limit.copied(Long.MAX_VALUE);
        limit.at(3, 4);
        assertThat(heard).containsExactly(List.of(3L, 4L));
    }
}
