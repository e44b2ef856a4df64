package dev.cistern.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * Runs both servers until standard input ends, embedded ones on a folder that is deleted then.
 * {@link TestServers} starts it.
 */
final class TestServersMain {
    /** Begins the line on standard output that tells the addresses. */
    static final String READY = "servers: ";

    private static final PrintStream OUTPUT = System.out;

    private TestServersMain() {}

    public static void main(String[] arguments) throws IOException {
        System.setOut(System.err); // for whatever else prints: only the ready line is for a reader
        Path root = Path.of(arguments[0]);
        String asked = System.getProperty(ServersKind.PROPERTY, "");
        switch (ServersKind.of(asked, ContainerServers::dockerAnswers)) {
            case EMBEDDED -> runEmbedded(root, "embedded");
            case CONTAINERS -> runContainers(root, !asked.isBlank());
        }
        Folders.delete(root);
        System.exit(0); // whatever threads Docker's client has left
    }

    private static void runEmbedded(Path root, String origin) throws IOException {
        try (DataFolder folder = DataFolder.open(root.resolve("data"));
                EmbeddedServers servers =
                        EmbeddedServers.start(
                                folder,
                                EmbeddedSettings.brief(),
                                line -> System.err.println(line))) {
            serve(addresses(servers, origin));
        }
    }

    /** A Docker without a registry may lack the images: then only who insists on it fails. */
    private static void runContainers(Path root, boolean required) throws IOException {
        ContainerServers servers;
        try {
            servers = ContainerServers.start();
        } catch (RuntimeException e) {
            if (required) {
                throw e;
            }
            e.printStackTrace();
            runEmbedded(root, "embedded, since the containers did not start: " + e.getMessage());
            return;
        }
        try (servers) {
            serve(servers.addresses());
        }
    }

    /** The other end of the pipe is a JVM's, which closes it at the latest by dying. */
    private static void serve(TestServers servers) throws IOException {
        OUTPUT.println(READY + servers.line());
        OUTPUT.flush();
        System.in.transferTo(OutputStream.nullOutputStream());
    }

    private static TestServers addresses(EmbeddedServers servers, String origin) {
        PostgresServer postgres = servers.postgres();
        return new TestServers(
                postgres.jdbcUrl(),
                postgres.user(),
                postgres.password(),
                servers.kafka().bootstrapServers(),
                origin);
    }
}
