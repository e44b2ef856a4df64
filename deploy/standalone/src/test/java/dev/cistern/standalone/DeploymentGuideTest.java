package dev.cistern.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of settings in {@code docs/deployment.md}. */
class DeploymentGuideTest {
    private static final Path GUIDE =
            Path.of(System.getProperty("basedir"), "../../docs/deployment.md");
    private static final Pattern ROW =
            Pattern.compile(
                    "^\\| `(cistern\\.[^`]+)` \\|[^|]*\\|\\s*`?([^`|]*?)`?\\s*\\|",
                    Pattern.MULTILINE);

    @Test
    void hasEverySettingWithItsDefaultAndNoOther() throws IOException {
        Map<String, String> told = new TreeMap<>();
        for (MatchResult row : ROW.matcher(Files.readString(GUIDE)).results().toList()) {
            told.put(row.group(1), row.group(2).strip());
        }

        assertThat(told.keySet())
                .as("the settings that the table in docs/deployment.md has a row of")
                .isEqualTo(Settings.ours().keySet());
        Settings.ours()
                .forEach(
                        (key, value) -> {
                            if (!value.isEmpty() && !value.startsWith("${")) {
                                assertThat(told).containsEntry(key, value);
                            }
                        });
    }
}
