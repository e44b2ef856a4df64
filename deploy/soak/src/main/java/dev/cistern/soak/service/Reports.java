package dev.cistern.soak.service;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Where trials take place and what they print. */
final class Reports {
    private Reports() {}

    /** A trial that leaves everything in a folder. */
    @FunctionalInterface
    interface Subject {
        /** Runs it; the member {@code violations} says what does not hold. */
        ObjectNode run(Path folder) throws Exception;
    }

    /**
     * Runs a trial and prints its report.
     *
     * @param folder for what it leaves behind, or null for one that goes if all is well
     * @return the exit status: 1 if something does not hold
     */
    static int print(@Nullable Path folder, Subject trial) throws Exception {
        var place = folder == null ? Files.createTempDirectory("cistern-soak-") : folder;
        var report = trial.run(Files.createDirectories(place).toAbsolutePath());
        report.put("folder", place.toString());
        IO.println(report.toPrettyString());
        var sound = report.path("violations").isEmpty();
        if (sound && folder == null) {
            delete(place);
        }
        return sound ? 0 : 1;
    }

    private static void delete(Path place) throws IOException {
        try (var files = Files.walk(place)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
