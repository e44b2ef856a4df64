package dev.cistern.bench.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DistributionTest {
    @Test
    void aQuantileIsTheLeastTimeThatSoManyDoNotExceed() {
        var times =
                Distribution.ofNanos(
                        LongStream.rangeClosed(1, 100).map(ms -> (101 - ms) * 1_000_000).toArray());

        assertThat(times.quantile(0.5)).isEqualTo(50);
        assertThat(times.quantile(0.99)).isEqualTo(99);
        assertThat(times.quantile(1)).isEqualTo(100);
    }

    @Test
    void oneTimeIsEveryQuantile() {
        var times = Distribution.ofNanos(new long[] {2_000_000});

        assertThat(times.quantile(0.01)).isEqualTo(2);
        assertThat(times.quantile(0.99)).isEqualTo(2);
    }
}
