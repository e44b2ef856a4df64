package dev.cistern.cli.transfer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.http.Problem;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A transfer at the worker that has it, until it is left. Thread-safe. */
final class DataPort {
    private static final Duration CONNECT = Duration.ofSeconds(5);

    /** How long one piece may take; less than all may be away. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** The transfer is over or elsewhere, the worker has too much to do, or is not there. */
    private static final Set<Integer> PASSING = Set.of(404, 410, 429, 502, 503, 504);

    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT)
                    .build();

    private final CompletableFuture<Void> left = new CompletableFuture<>();
    private final String url;
    private final String token;

    DataPort(String url, String token) {
        this.url = url;
        this.token = token;
    }

    /** The same over other connections. */
    DataPort anew() {
        return new DataPort(url, token);
    }

    /** Whether it is the same transfer, with all that has come of it. */
    boolean isThatOf(DataPort other) {
        return url.equals(other.url);
    }

    /**
     * Gives up what is under way: of a worker that was killed not every connection tells that it
     * broke.
     */
    void leave() {
        left.completeExceptionally(new IOException("another connection broke"));
        client.shutdownNow();
    }

    /** How many bytes there are. */
    long size() throws Failure, BrokenException {
        return extents(0).path("size").asLong();
    }

    /** Which bytes are zero, from an offset on. */
    JsonNode extents(long from) throws Failure, BrokenException {
        var answer = send(request("/extents?from=" + from).GET());
        return Json.tryRead(new String(answer.body(), StandardCharsets.UTF_8));
    }

    /** Fetches bytes. */
    byte[] get(long start, int length) throws Failure, BrokenException {
        var answer =
                send(
                        request("")
                                .header("Range", "bytes=%d-%d".formatted(start, start + length - 1))
                                .GET());
        if (answer.body().length != length) {
            throw new BrokenException("%s sent other bytes than asked for".formatted(url));
        }
        return answer.body();
    }

    /** Delivers bytes. */
    void put(long start, byte[] bytes, int length) throws Failure, BrokenException {
        var _ =
                send(
                        request("")
                                .header(
                                        "Content-Range",
                                        "bytes %d-%d/*".formatted(start, start + length - 1))
                                .PUT(BodyPublishers.ofByteArray(bytes, 0, length)));
    }

    /** Makes bytes zero. */
    void zero(long start, int length) throws Failure, BrokenException {
        var change = Json.object().put("op", "zero").put("offset", start).put("size", length);
        var _ = send(request("").method("PATCH", body(change)));
    }

    private static BodyPublisher body(JsonNode tree) {
        return BodyPublishers.ofString(Json.write(tree));
    }

    /** Has all. */
    void finish() throws Failure, BrokenException {
        var _ = send(request("/finish").POST(BodyPublishers.noBody()));
    }

    private HttpRequest.Builder request(String part) {
        return HttpRequest.newBuilder(URI.create(url + part))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token);
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request) throws Failure, BrokenException {
        var sending = client.sendAsync(request.build(), BodyHandlers.ofByteArray());
        try {
            var _ =
                    CompletableFuture.anyOf(sending, left)
                            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return accepted(sending.join());
        } catch (ExecutionException e) {
            throw new BrokenException("the worker at %s: %s".formatted(url, e.getCause()));
        } catch (TimeoutException _) {
            sending.cancel(true);
            throw new BrokenException("the worker at %s does not answer".formatted(url));
        } catch (InterruptedException e) {
            sending.cancel(true);
            Thread.currentThread().interrupt();
            throw new Failure.Interrupted();
        }
    }

    private HttpResponse<byte[]> accepted(HttpResponse<byte[]> answer)
            throws Failure, BrokenException {
        var status = answer.statusCode();
        if (status / 100 == 2) {
            return answer;
        }
        if (PASSING.contains(status)) {
            throw new BrokenException("the worker at %s answers %d".formatted(url, status));
        }
        var body = Json.tryRead(new String(answer.body(), StandardCharsets.UTF_8));
        if (Problem.isProblem(body)) {
            throw new Failure.Refused(status, Problem.of(body));
        }
        throw new Failure.Unreachable(
                "what answers at %s is not a worker of Cistern (HTTP status %d)"
                        .formatted(url, status));
    }
}
