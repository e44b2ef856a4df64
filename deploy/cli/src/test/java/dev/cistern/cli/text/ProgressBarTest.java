package dev.cistern.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ProgressBarTest {
    @Test
    void fillsUp() {
        assertThat(ProgressBar.bar(0, 10)).isEqualTo("[" + " ".repeat(30) + "]   0%");
        assertThat(ProgressBar.bar(5, 10))
                .isEqualTo("[" + "#".repeat(15) + " ".repeat(15) + "]  50%");
        assertThat(ProgressBar.bar(20, 10)).isEqualTo("[" + "#".repeat(30) + "] 100%");
    }
}
