package dev.cistern.flow;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The packaged applications below deploy/ and the commands that run them. */
final class Application {
    private static final Path DEPLOY = Path.of(System.getProperty("cistern.deploy"));
    private static final Path CACHES = Path.of(System.getProperty("cistern.caches"));

    /** Nobody listens there: a start that fails there has loaded most of what one needs. */
    private static final List<String> NOWHERE =
            List.of(
                    "-Dquarkus.http.port=0",
                    "-Dkafka.bootstrap.servers=127.0.0.1:1",
                    "-Dcistern.postgres.url=jdbc:postgresql://127.0.0.1:1/none");

    private Application() {}

    /** The command that runs one; its arguments follow. */
    static List<String> command(String application) throws Exception {
        return command(
                application,
                List.of("-XX:AOTCache=" + cache(application), "-Xlog:aot*=off,cds*=off"));
    }

    private static List<String> command(String application, List<String> options) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Xmx384m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1"));
        command.addAll(options);
        command.addAll(List.of("-jar", jar(application).toString()));
        return command;
    }

    private static Path jar(String application) {
        return DEPLOY.resolve(application).resolve("target/quarkus-app/quarkus-run.jar");
    }

    /**
     * What the JDK has loaded and linked ahead, as {@code ./cistern} keeps it, made by the first
     * test that needs it. The tests start programs so often that half of their time would go into
     * loading classes.
     */
    private static synchronized Path cache(String application) throws Exception {
        Files.createDirectories(CACHES);
        var name = application.replace('/', '-');
        var cache = CACHES.resolve(name + ".aot");
        try (var file = FileChannel.open(CACHES.resolve(name + ".lock"), CREATE, WRITE);
                var _ = file.lock()) {
            if (!Files.exists(cache)
                    || Files.getLastModifiedTime(cache)
                                    .compareTo(Files.getLastModifiedTime(jar(application)))
                            < 0) {
                train(application, cache);
            }
        }
        return cache;
    }

    private static void train(String application, Path cache) throws Exception {
        var made = cache.resolveSibling(cache.getFileName() + ".new");
        var options = new ArrayList<>(List.of("-XX:AOTCacheOutput=" + made));
        var standalone = application.equals("standalone");
        if (!standalone) {
            options.addAll(NOWHERE);
        }
        var command = command(application, options);
        if (standalone) {
            command.addAll(
                    List.of(
                            "--data",
                            Files.createTempDirectory(CACHES, "data").toString(),
                            "--port",
                            "0"));
        }
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        awaitReady(process, standalone ? "is ready at" : "started in");
        process.toHandle().destroy(); // the process's own destroy() would close what it writes to
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError("the run that makes starts quick does not end");
        }
        Files.move(made, cache, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Waits for its word or its end. What it says is read to the end, lest it wait for a reader.
     */
    private static void awaitReady(Process process, String word) throws IOException {
        var lines = process.inputReader();
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.contains(word)) {
                Thread.ofVirtual().start(() -> lines.lines().forEach(_ -> {}));
                return;
            }
        }
    }
}
