package dev.cistern.cli.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;

/** Cistern's HTTP interface as docs/http.md describes it. */
public final class Api {
    private static final Duration CONNECT = Duration.ofSeconds(10);

    /** How long an answer may take beyond the time that the server was asked to wait. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String server;
    private final Map<String, String> headers;
    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT)
                    .build();

    /**
     * A client of one server.
     *
     * @param server address without a trailing slash, http or https
     * @param headers sent with every request: who asks
     */
    public Api(String server, Map<String, String> headers) {
        this.server = server;
        this.headers = Map.copyOf(headers);
    }

    /** A representation as JSON. */
    public Answer get(Route route) throws Failure {
        return get(route, "application/json");
    }

    /** A representation in the given media type. */
    public Answer get(Route route, String mediaType) throws Failure {
        return send(request(route, PATIENCE).header("Accept", mediaType).GET().build());
    }

    /** As {@link #get(Route)}, but the server may wait that long for something to happen. */
    public Answer getWaiting(Route route, Duration wait) throws Failure {
        var waiting = route.with("wait", wait.toSeconds() + "s");
        return send(
                request(waiting, wait.plus(PATIENCE))
                        .header("Accept", "application/json")
                        .GET()
                        .build());
    }

    /** Asks for work that needs no more words. */
    public Answer post(Route route) throws Failure {
        return send(request(route, PATIENCE).POST(BodyPublishers.noBody()).build());
    }

    public Answer post(Route route, JsonNode body) throws Failure {
        return post(route, "application/json", BodyPublishers.ofString(Json.write(body)));
    }

    public Answer post(Route route, String mediaType, BodyPublisher body) throws Failure {
        return send(request(route, PATIENCE).header("Content-Type", mediaType).POST(body).build());
    }

    public Answer delete(Route route) throws Failure {
        return send(request(route, PATIENCE).DELETE().build());
    }

    private HttpRequest.Builder request(Route route, Duration timeout) {
        var request = HttpRequest.newBuilder(URI.create(server + route.text())).timeout(timeout);
        headers.forEach(request::header);
        return request;
    }

    private Answer send(HttpRequest request) throws Failure {
        try {
            var response = client.send(request, BodyHandlers.ofString());
            if (response.statusCode() / 100 == 2) {
                return new Answer(
                        response.body(), response.headers().firstValue("Location").orElse(""));
            }
            throw new Failure.Refused(response.statusCode(), problem(response));
        } catch (ConnectException | HttpConnectTimeoutException e) {
            throw new Failure.Unreachable(
                    ("cannot reach Cistern at %s: is it running?"
                                    + " Start it with ./cistern up, or set CISTERN_URL")
                            .formatted(server));
        } catch (IOException e) {
            throw new Failure.Unreachable(broken(request, e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure.Interrupted();
        }
    }

    private Problem problem(HttpResponse<String> response) {
        var fallback = "%s answered with HTTP status %d".formatted(server, response.statusCode());
        try {
            return Problem.of(Json.read(response.body()), fallback);
        } catch (Failure notJson) {
            return new Problem("", fallback);
        }
    }

    private String broken(HttpRequest request, IOException cause) {
        var what =
                cause instanceof HttpTimeoutException
                        ? "Cistern at %s does not answer".formatted(server)
                        : "the connection to %s broke: %s".formatted(server, cause.getMessage());
        return request.method().equals("GET")
                ? what
                : what + "; the request may have been accepted: see op-list --all";
    }
}
