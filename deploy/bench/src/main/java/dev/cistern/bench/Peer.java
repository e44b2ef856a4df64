package dev.cistern.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Programs that Cistern is measured beside. */
public final class Peer {
    private Peer() {}

    /** Whether a program is on the PATH. */
    public static boolean has(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /**
     * Runs a shell script in a folder.
     *
     * @return what it said
     * @throws IOException if it did not end with 0
     */
    public static String shell(Path folder, String script)
            throws IOException, InterruptedException {
        var process =
                new ProcessBuilder("sh", "-c", script)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        var status = process.waitFor();
        if (status != 0) {
            throw new IOException("%s: ended with %d: %s".formatted(script, status, said));
        }
        return said;
    }
}
