package dev.cistern.standalone;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The packaged program in a process of its own, with what it prints and answers. */
final class Program implements AutoCloseable {
    private static final long LIMIT_SECONDS = 60;

    private final Process process;
    private final BlockingQueue<String> output = new LinkedBlockingQueue<>();
    private final List<String> errors = Collections.synchronizedList(new ArrayList<>());
    private final Thread errorReader;
    private String address = "";

    private Program(Process process) {
        this.process = process;
        Thread.ofVirtual().start(() -> read(process.inputReader(StandardCharsets.UTF_8), output));
        errorReader =
                Thread.ofVirtual()
                        .start(() -> read(process.errorReader(StandardCharsets.UTF_8), errors));
    }

    /** Starts it with these options. */
    static Program start(String... options) throws IOException {
        return startBy(List.of(), options);
    }

    /** As above, with words before the command, such as those of {@code unshare}. */
    static Program startBy(List<String> launcher, String... options) throws IOException {
        List<String> command = new ArrayList<>(launcher);
        command.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx384m",
                        "-jar",
                        System.getProperty("standalone.jar")));
        command.addAll(List.of(options));
        return new Program(new ProcessBuilder(command).start());
    }

    /** Waits until it says that it is ready, and remembers where. */
    Program awaitReady() throws InterruptedException {
        String line = awaitLine("Cistern is ready at ");
        address = line.split(" ", -1)[4];
        return this;
    }

    /** The next line on standard output that starts so; others are skipped. */
    String awaitLine(String start) throws InterruptedException {
        for (String line = output.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
                line != null;
                line = output.poll(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            if (line.startsWith(start)) {
                return line;
            }
        }
        throw new AssertionError(
                "no line '%s' within %d s; errors: %s".formatted(start, LIMIT_SECONDS, errors));
    }

    /** Everything that it printed on standard error until its end. */
    List<String> errors() throws InterruptedException {
        errorReader.join();
        return List.copyOf(errors);
    }

    /** Asks its HTTP interface. */
    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(address + path)).build());
    }

    /** Sends JSON to its HTTP interface. */
    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return send(
                HttpRequest.newBuilder(URI.create(address + path))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json))
                        .build());
    }

    long pid() {
        return process.pid();
    }

    /** Ends it as {@code kill -9} does; what it has started is left. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** Asks it to end, by SIGTERM. */
    void terminate() {
        process.destroy();
    }

    int awaitExit() throws InterruptedException {
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("still running after %d s".formatted(LIMIT_SECONDS));
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        kill();
    }

    private static HttpResponse<String> send(HttpRequest request)
            throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, BodyHandlers.ofString());
        }
    }

    private static void read(BufferedReader reader, Collection<String> lines) {
        try (reader) {
            reader.lines().forEach(lines::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (UncheckedIOException _) {
            // The process was killed while it was being read.
        }
    }
}
