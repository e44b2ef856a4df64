package dev.cistern.flow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The packaged applications below deploy/ and the commands that run them. */
final class Application {
    private static final Path DEPLOY = Path.of(System.getProperty("cistern.deploy"));
    private static final Path CACHE =
            Path.of(System.getProperty("cistern.logs")).resolveSibling("standalone.aot");

    private Application() {}

    /** The command that runs one; its arguments follow. */
    static List<String> command(String application) throws Exception {
        return command(
                application,
                application.equals("standalone")
                        ? List.of("-XX:AOTCache=" + cache(), "-Xlog:aot*=off,cds*=off")
                        : List.of());
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
     * What the JDK has loaded and linked ahead, as {@code ./cistern up} keeps it. The tests start
     * everything in one process so often that half of their time would go into loading classes.
     */
    private static synchronized Path cache() throws Exception {
        if (!Files.exists(CACHE)
                || Files.getLastModifiedTime(CACHE)
                                .compareTo(Files.getLastModifiedTime(jar("standalone")))
                        < 0) {
            train();
        }
        return CACHE;
    }

    private static void train() throws Exception {
        var made = CACHE.resolveSibling("standalone.aot.new");
        var data = CACHE.resolveSibling("training");
        var command = command("standalone", List.of("-XX:AOTCacheOutput=" + made));
        command.addAll(List.of("--data", data.toString(), "--port", "0"));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        awaitReady(process);
        process.toHandle().destroy(); // the process's own destroy() would close what it writes to
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError("the run that makes starts quick does not end");
        }
        Files.move(made, CACHE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** What it says is read to the end, lest it wait for a reader. */
    private static void awaitReady(Process process) throws IOException {
        var lines = process.inputReader();
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.contains("is ready at")) {
                Thread.ofVirtual().start(() -> lines.lines().forEach(_ -> {}));
                return;
            }
        }
        throw new AssertionError("the run that makes starts quick ended before it was ready");
    }
}
