package dev.cistern.standalone;

import dev.cistern.embedded.StartupException;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * The command line of {@code ./cistern up}.
 *
 * <p>What prevents a start is told in one sentence on standard error, with exit code 1; a wrong
 * option gives 2.
 */
@QuarkusMain
@Command(
        name = "./cistern up",
        description = "Runs all of Cistern in the foreground, with everything it needs.",
        mixinStandardHelpOptions = false,
        sortOptions = false,
        usageHelpWidth = 100)
public final class Main implements Callable<Integer> {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "folder that keeps everything between runs (default: ${DEFAULT-VALUE})")
    private Path data = defaultData(System.getenv("XDG_DATA_HOME"));

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description =
                    "address to listen on; nobody has to log in, so mind who reaches it (default: ${DEFAULT-VALUE})")
    private String host = "localhost";

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "port of the HTTP interface (default: ${DEFAULT-VALUE})")
    private int port = 8080;

    @Option(
            names = "--kafka-port",
            paramLabel = "N",
            description =
                    "port of the Kafka broker on 127.0.0.1, for subscribers of the events (default: a free one)")
    private int kafkaPort;

    @Option(
            names = "--postgres-port",
            paramLabel = "N",
            description = "port of PostgreSQL on 127.0.0.1 (default: a free one)")
    private int postgresPort;

    @Option(names = "--help", usageHelp = true, description = "shows this")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    /** Runs until a signal arrives; the exit code is 0 only for {@code --help}. */
    public static void main(String... arguments) {
        System.exit(
                new CommandLine(new Main())
                        .setParameterExceptionHandler(Main::misused)
                        .setExecutionExceptionHandler((failure, _, _) -> failed(failure))
                        .execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        requirePort("--port", port);
        requirePort("--kafka-port", kafkaPort);
        requirePort("--postgres-port", postgresPort);
        new Launcher(new Launcher.Options(data, host, port, kafkaPort, postgresPort)).run();
        return 0;
    }

    /** Where data of programs goes by the XDG Base Directory Specification. */
    static Path defaultData(@Nullable String xdgDataHome) {
        Path base =
                xdgDataHome == null || xdgDataHome.isBlank()
                        ? Path.of(System.getProperty("user.home"), ".local", "share")
                        : Path.of(xdgDataHome);
        return base.resolve("cistern");
    }

    private static void requirePort(String option, int port) throws StartupException {
        if (port < 0 || port > 65_535) {
            throw new StartupException(
                    "%s %d is not a port: give a number from 0 (any free one) to 65535"
                            .formatted(option, port));
        }
    }

    private static int misused(ParameterException wrong, String[] arguments) {
        System.err.println(
                "cistern: " + wrong.getMessage() + " (./cistern up --help shows the options)");
        return CommandLine.ExitCode.USAGE;
    }

    private static int failed(Exception failure) throws Exception {
        if (failure instanceof IOException) {
            System.err.println("cistern: " + failure.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
        throw failure;
    }
}
