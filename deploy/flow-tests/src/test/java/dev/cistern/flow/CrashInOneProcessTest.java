package dev.cistern.flow;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link CrashStory} where everything dies at once. */
final class CrashInOneProcessTest {
    @TempDir Path data;
    @TempDir Path folder;

    @Test
    void acceptedWorkEndsAndAllTellTheSame() throws Exception {
        try (var cistern = OneProcess.on(data)) {
            CrashStory.tellOfOneProcess(cistern, folder);
        }
    }
}
