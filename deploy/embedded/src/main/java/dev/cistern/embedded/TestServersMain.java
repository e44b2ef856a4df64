package dev.cistern.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * Runs both servers on a folder until standard input ends, then deletes the folder. {@link
 * TestServers} starts it.
 */
final class TestServersMain {
    /** Begins the line on standard output that tells the addresses. */
    static final String READY = "servers: ";

    private TestServersMain() {}

    public static void main(String[] arguments) throws IOException {
        PrintStream output = System.out;
        System.setOut(System.err); // for whatever else prints: only the ready line is for a reader
        Path root = Path.of(arguments[0]);
        try (DataFolder folder = DataFolder.open(root.resolve("data"));
                EmbeddedServers servers =
                        EmbeddedServers.start(
                                folder,
                                EmbeddedSettings.brief(),
                                line -> System.err.println(line))) {
            output.println(READY + addresses(servers).line());
            output.flush();
            awaitEnd(System.in);
        }
        Folders.delete(root);
    }

    private static TestServers addresses(EmbeddedServers servers) {
        PostgresServer postgres = servers.postgres();
        return new TestServers(
                postgres.jdbcUrl(),
                postgres.user(),
                postgres.password(),
                servers.kafka().bootstrapServers());
    }

    /** The other end of the pipe is a JVM's, which closes it at the latest by dying. */
    private static void awaitEnd(InputStream input) throws IOException {
        input.transferTo(OutputStream.nullOutputStream());
    }
}
