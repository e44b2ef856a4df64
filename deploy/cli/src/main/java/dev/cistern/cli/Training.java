package dev.cistern.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.cistern.cli.command.Surroundings;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Runs some verbs once against a server of its own, for a JVM that records what it loads and links,
 * so that it starts quickly with that record (java(1), AOTCacheOutput).
 */
public final class Training {
    private static final List<String> LINES =
            List.of(
                    "pool-list",
                    "pool-list -o json",
                    "pool-info images",
                    "pool-start images",
                    "vol-list images",
                    "vol-list images --details",
                    "vol-info disk --pool images",
                    "vol-create-as images disk 1G",
                    "op-list",
                    "events",
                    "node-list",
                    "vol-create-as --help",
                    "--wrong");
    private static final byte[] ANSWER =
            """
            {"id": "a", "name": "images", "state": "running", "done": true, "type": "dir", "items": []}
            """
                    .getBytes(StandardCharsets.UTF_8);

    private Training() {}

    /** Runs them; what they come to does not matter. */
    public static void main(String... words) throws IOException {
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", Training::answer);
        server.start();
        var url = "http://127.0.0.1:" + server.getAddress().getPort();
        for (var line : LINES) {
            Main.run(surroundings(url), line.split(" ", -1));
        }
        server.stop(0);
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, ANSWER.length);
            exchange.getResponseBody().write(ANSWER);
        }
    }

    private static Surroundings surroundings(String url) {
        return new Surroundings(
                InputStream.nullInputStream(),
                new PrintWriter(Writer.nullWriter()),
                new PrintWriter(Writer.nullWriter()),
                StandardCharsets.UTF_8,
                Map.of("CISTERN_URL", url),
                () -> false);
    }
}
