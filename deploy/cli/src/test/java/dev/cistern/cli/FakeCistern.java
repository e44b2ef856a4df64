package dev.cistern.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that gives the answers it was told to, in that order, and remembers what was asked. */
final class FakeCistern implements AutoCloseable {
    private static final Answer NONE_LEFT =
            new Answer(599, "text/plain", "the test has told of no further answer");

    private static final Answer BROKEN = new Answer(0, "", "");

    private final HttpServer server;
    private final Deque<Answer> answers = new ConcurrentLinkedDeque<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    private record Answer(int status, String type, String body) {}

    /**
     * What was asked.
     *
     * @param line method, path and query
     */
    record Request(
            String line,
            String body,
            String type,
            String accept,
            String tenant,
            String actor,
            String key) {}

    FakeCistern() {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.start();
    }

    /** The next answer, of the type that Cistern gives it. */
    FakeCistern answers(int status, String body) {
        return answers(
                status, status < 400 ? "application/json" : "application/problem+json", body);
    }

    /** The next answer. */
    FakeCistern answers(int status, String type, String body) {
        answers.add(new Answer(status, type, body));
        return this;
    }

    /** The next request is taken and its connection broken. */
    FakeCistern breaksConnection() {
        answers.add(BROKEN);
        return this;
    }

    String url() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    /** The first lines of all requests. */
    List<String> lines() {
        return requests.stream().map(Request::line).toList();
    }

    /** The body of the last request. */
    String lastBody() {
        return requests.getLast().body();
    }

    private void answer(HttpExchange exchange) throws IOException {
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        requests.add(
                new Request(
                        exchange.getRequestMethod() + " " + exchange.getRequestURI(),
                        body,
                        header(exchange, "Content-Type"),
                        header(exchange, "Accept"),
                        header(exchange, "Cistern-Tenant"),
                        header(exchange, "Cistern-Actor"),
                        header(exchange, "Idempotency-Key")));
        var answer = Objects.requireNonNullElse(answers.poll(), NONE_LEFT);
        if (answer.equals(BROKEN)) {
            exchange.close();
            return;
        }
        var bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        if (!answer.type().isEmpty()) {
            exchange.getResponseHeaders().add("Content-Type", answer.type());
        }
        exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static String header(HttpExchange exchange, String name) {
        return Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst(name), "");
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
