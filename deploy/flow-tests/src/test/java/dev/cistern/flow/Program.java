package dev.cistern.flow;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One of the packaged programs, running as a process of its own. */
final class Program implements AutoCloseable {
    private static final Path LOGS = Path.of(System.getProperty("cistern.logs"));

    private final String name;
    private final Process process;

    private Program(String name, Process process) {
        this.name = name;
        this.process = process;
    }

    /** What to start: a folder below deploy/ with a packaged application. */
    record Start(
            String name,
            String application,
            List<String> arguments,
            Map<String, String> environment) {}

    static Program start(Start start) throws Exception {
        Files.createDirectories(LOGS);
        var command = Application.command(start.application());
        command.addAll(start.arguments());
        var log = log(start.name()).toFile();
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(start.environment());
        builder.redirectOutput(Redirect.appendTo(log));
        return new Program(start.name(), builder.start());
    }

    private static Path log(String name) {
        return LOGS.resolve(name + ".log");
    }

    /** Where it and its predecessors of this name write what they say. */
    Path log() {
        return log(name);
    }

    /** Ends it as kill -9 does. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGSTOP or SIGCONT, for example. */
    void signal(String signal) throws IOException, InterruptedException {
        var sent =
                new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                        .inheritIO()
                        .start()
                        .waitFor();
        if (sent != 0) {
            throw new IOException("kill -" + signal + " of " + name + " ended with " + sent);
        }
    }

    boolean alive() {
        return process.isAlive();
    }

    /** Waits for its end and returns its status; for a signal 128 and the signal's number. */
    int awaitEnd() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError(name + " still runs after a minute");
        }
        return process.exitValue();
    }

    long pid() {
        return process.pid();
    }

    /** Ends it as Ctrl-C does. */
    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                kill();
                throw new AssertionError(name + " did not stop within 30 s of SIGTERM");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + name + " was stopping", e);
        }
    }
}
