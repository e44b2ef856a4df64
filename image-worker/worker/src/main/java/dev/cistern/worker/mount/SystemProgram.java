package dev.cistern.worker.mount;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program of the system, run with a list of arguments and never through a shell. One that does
 * not end in time is left to itself: a mount whose server is silent cannot even be killed.
 */
final class SystemProgram {
    /** More of what a program says does not help. */
    private static final int LONGEST = 2000;

    private SystemProgram() {}

    /**
     * What a run came to.
     *
     * @param said on both of its outputs
     */
    record Outcome(int status, String said) {
        boolean succeeded() {
            return status == 0;
        }
    }

    /**
     * Runs it to its end.
     *
     * @throws ProblemException if it is not installed, or not through in time
     */
    static Outcome run(Duration patience, List<String> command) throws IOException {
        var output = Files.createTempFile("cistern-", ".out");
        try {
            var process = start(command, output);
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new ProblemException(
                        ProblemCode.POOL_INACCESSIBLE,
                        "%s is not through after %d seconds: does the storage answer?"
                                .formatted(String.join(" ", command), patience.toSeconds()));
            }
            return new Outcome(process.exitValue(), said(output));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(command.getFirst() + " was not waited for", e);
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private static Process start(List<String> command, java.nio.file.Path output) {
        try {
            var builder =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile());
            builder.environment().put("LC_ALL", "C.UTF-8");
            builder.environment()
                    .merge("PATH", "/usr/sbin:/sbin", (path, more) -> path + ":" + more);
            var process = builder.start();
            process.getOutputStream().close();
            return process;
        } catch (IOException e) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED,
                    "the worker cannot run %s: %s".formatted(command.getFirst(), e.getMessage()));
        }
    }

    private static String said(java.nio.file.Path output) throws IOException {
        var text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8).strip();
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + " …";
    }
}
