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
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** Cistern's HTTP interface as docs/http.md describes it. */
public final class Api {
    private static final String JSON = "application/json";
    private static final Duration CONNECT = Duration.ofSeconds(10);

    /** How long an answer may take beyond the time that the server was asked to wait. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** How long a server that has been reached may be away before a change is given up. */
    private static final Duration AWAY = Duration.ofSeconds(30);

    private static final Duration PAUSE = Duration.ofMillis(500);

    private final String server;
    private final Map<String, String> headers;
    private final String key;
    private final AtomicInteger changes = new AtomicInteger();
    private final HttpClient client;

    /**
     * A client of one server.
     *
     * @param server address without a trailing slash, http or https
     * @param headers sent with every request: who asks
     * @param key by which the server knows the first change when it is asked for again, and with a
     *     number those after it; empty for one of its own each time
     */
    public Api(String server, Map<String, String> headers, String key) {
        this.server = server;
        this.headers = Map.copyOf(headers);
        this.key = key;
        this.client = client(server.startsWith("http:"));
    }

    private static HttpClient client(boolean plain) {
        var builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT);
        return (plain ? builder.sslContext(trustingNobody()) : builder).build();
    }

    /**
     * Reading the system's certificates takes as long as a whole verb, and here nothing uses them.
     */
    private static SSLContext trustingNobody() {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[0], null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A representation. */
    public JsonNode get(Route route) throws Failure {
        return tree(send(request(route, PATIENCE).header("Accept", JSON).GET()));
    }

    /** As {@link #get}, but the server may wait that long for something to happen. */
    public JsonNode getWaiting(Route route, Duration wait) throws Failure {
        var waiting = route.with("wait", wait.toSeconds() + "s");
        return tree(send(request(waiting, wait.plus(PATIENCE)).header("Accept", JSON).GET()));
    }

    /** A representation as libvirt's XML. */
    public String getXml(Route route) throws Failure {
        var response = send(request(route, PATIENCE).header("Accept", "application/xml").GET());
        var type = contentType(response);
        if (!type.startsWith("application/xml") && !type.startsWith("text/xml")) {
            throw foreign(what(response));
        }
        return response.body();
    }

    /** Asks for work that needs no more words. */
    public JsonNode post(Route route) throws Failure {
        return tree(change(request(route, PATIENCE).POST(BodyPublishers.noBody())));
    }

    /** Asks for something that the body describes. */
    public JsonNode post(Route route, JsonNode body) throws Failure {
        return post(route, JSON, BodyPublishers.ofString(Json.write(body)));
    }

    /** As {@link #post(Route, JsonNode)}, with a body of another media type. */
    public JsonNode post(Route route, String mediaType, BodyPublisher body) throws Failure {
        return tree(change(request(route, PATIENCE).header("Content-Type", mediaType).POST(body)));
    }

    /** Asks for a change of what the body names. */
    public JsonNode patch(Route route, JsonNode body) throws Failure {
        return tree(
                send(
                        request(route, PATIENCE)
                                .header("Content-Type", JSON)
                                .method("PATCH", BodyPublishers.ofString(Json.write(body)))));
    }

    /** Asks for something to go away. */
    public JsonNode delete(Route route) throws Failure {
        return tree(change(request(route, PATIENCE).DELETE()));
    }

    /** The failure to report when an answer cannot be Cistern's. */
    public Failure foreign(String what) {
        return new Failure.Unreachable(
                "what answers at %s is not Cistern (%s); name its address with --url or CISTERN_URL"
                        .formatted(server, what));
    }

    private HttpRequest.Builder request(Route route, Duration timeout) throws Failure {
        try {
            var address = URI.create(server + route.text());
            if (address.getHost() == null) {
                throw new IllegalArgumentException("there is no host in it");
            }
            var request = HttpRequest.newBuilder(address).timeout(timeout);
            headers.forEach(request::header);
            return request;
        } catch (IllegalArgumentException e) {
            throw new Failure.Local(
                    "no request can be made of the address '%s' and the tenant '%s': %s"
                            .formatted(
                                    server,
                                    headers.getOrDefault("Cistern-Tenant", ""),
                                    e.getMessage()));
        }
    }

    private HttpResponse<String> send(HttpRequest.Builder unbuilt) throws Failure {
        try {
            return answer(unbuilt.build());
        } catch (ConnectException | HttpConnectTimeoutException e) {
            throw unreachable();
        } catch (IOException e) {
            throw new Failure.Unreachable(broken(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure.Interrupted();
        }
    }

    /**
     * Sends a change, again and again if its connection breaks: the server knows it by its key and
     * does it once.
     */
    private HttpResponse<String> change(HttpRequest.Builder unbuilt) throws Failure {
        var name = nextKey();
        var request = unbuilt.header("Idempotency-Key", name).build();
        var start = System.nanoTime();
        for (var sent = false; ; ) {
            try {
                return answer(request);
            } catch (ConnectException | HttpConnectTimeoutException e) {
                if (!sent) {
                    throw unreachable();
                }
                pauseOrGiveUp(start, name, e);
            } catch (IOException e) {
                sent = true;
                pauseOrGiveUp(start, name, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Failure.Interrupted();
            }
        }
    }

    private String nextKey() {
        var number = changes.incrementAndGet();
        if (key.isEmpty()) {
            return UUID.randomUUID().toString();
        }
        return number == 1 ? key : key + "-" + number;
    }

    private void pauseOrGiveUp(long start, String name, IOException cause) throws Failure {
        if (System.nanoTime() - start > AWAY.toNanos()) {
            throw new Failure.Unreachable(
                    "%s; the request may have been accepted: repeat it with --idempotency-key %s, or see cistern op-list --all"
                            .formatted(broken(cause), name));
        }
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure.Interrupted();
        }
    }

    private HttpResponse<String> answer(HttpRequest request)
            throws Failure, IOException, InterruptedException {
        var response = client.send(request, BodyHandlers.ofString());
        if (response.statusCode() / 100 != 2) {
            throw refusal(response);
        }
        return response;
    }

    private Failure unreachable() {
        return new Failure.Unreachable(
                ("cannot reach Cistern at %s: start it with ./cistern up, or name another"
                                + " address with --url or CISTERN_URL")
                        .formatted(server));
    }

    private Failure refusal(HttpResponse<String> response) {
        var body = Json.tryRead(response.body());
        if (Problem.isProblem(body)) {
            return new Failure.Refused(response.statusCode(), Problem.of(body));
        }
        return response.statusCode() >= 500
                ? new Failure.Unreachable(
                        "%s answers with HTTP status %d and no reason: is Cistern running behind it?"
                                .formatted(server, response.statusCode()))
                : foreign(what(response));
    }

    private String broken(IOException cause) {
        return cause instanceof HttpTimeoutException
                ? "Cistern at %s does not answer".formatted(server)
                : "the connection to %s broke: %s"
                        .formatted(
                                server,
                                Objects.requireNonNullElse(cause.getMessage(), "no answer came"));
    }

    private JsonNode tree(HttpResponse<String> response) throws Failure {
        var tree = Json.tryRead(response.body());
        if (!tree.isObject()) {
            throw foreign(what(response));
        }
        return tree;
    }

    private static String what(HttpResponse<String> response) {
        var type = contentType(response);
        return "HTTP status %d, %s"
                .formatted(response.statusCode(), type.isEmpty() ? "no content type" : type);
    }

    private static String contentType(HttpResponse<String> response) {
        return response.headers().firstValue("Content-Type").orElse("");
    }
}
