package dev.cistern.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A main class of the tests in a JVM of its own, which can be killed; the two talk in lines. */
final class ChildJvm implements AutoCloseable {
    private static final long LINE_LIMIT_SECONDS = 60;

    private final Process process;
    private final PrintWriter input;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private ChildJvm(Process process) {
        this.process = process;
        this.input =
                new PrintWriter(
                        new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8),
                        true);
        Thread.ofVirtual().start(this::readLines);
    }

    static ChildJvm start(List<String> launcher, Class<?> main, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(launcher);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName()));
        command.addAll(List.of(arguments));
        return new ChildJvm(new ProcessBuilder(command).redirectError(Redirect.INHERIT).start());
    }

    /** The next line that it prints and that starts with the word; others are skipped. */
    String awaitLine(String word) throws InterruptedException {
        for (String line = lines.poll(LINE_LIMIT_SECONDS, TimeUnit.SECONDS);
                line != null;
                line = lines.poll(LINE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
            if (line.startsWith(word)) {
                return line;
            }
        }
        throw new AssertionError("no line '%s' within %d s".formatted(word, LINE_LIMIT_SECONDS));
    }

    void say(String line) {
        input.println(line);
    }

    long pid() {
        return process.pid();
    }

    /** Ends it as {@code kill -9} does. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** Halts it as {@code kill -STOP} does. */
    void freeze() throws IOException {
        Processes.run(List.of("sh", "-c", "kill -STOP " + pid()), Duration.ofSeconds(10));
    }

    List<ProcessHandle> descendants() {
        return process.descendants().collect(Collectors.toCollection(ArrayList::new));
    }

    int awaitExit() throws InterruptedException {
        if (!process.waitFor(LINE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("still running after %d s".formatted(LINE_LIMIT_SECONDS));
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        kill();
    }

    private void readLines() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            reader.lines().forEach(lines::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (UncheckedIOException _) {
            // The process was killed while it was being read.
        }
    }
}
