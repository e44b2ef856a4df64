package dev.cistern.worker.command;

import dev.cistern.common.message.Ticket;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;

/** A client of one transfer. */
record TransferClient(String url, String token) {
    static final String TOKEN = "correct-horse-battery-staple";
    static final int SIZE = 1 << 20;
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** What {@link #complete} uploads. */
    static byte[] content() {
        var content = new byte[SIZE];
        Arrays.fill(content, (byte) 0x33);
        return content;
    }

    TransferClient(String url) {
        this(url, TOKEN);
    }

    static Ticket ticket(long idleSeconds) {
        try {
            var hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(TOKEN.getBytes(StandardCharsets.US_ASCII));
            return new Ticket(HexFormat.of().formatHex(hash), idleSeconds);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Fetches or delivers all, and finishes. */
    static void complete(String url) {
        var client = new TransferClient(url);
        try {
            if (client.send("HEAD", "").statusCode() == 204) {
                client.put(0, content());
            } else {
                client.send("GET", "");
            }
            client.send("POST", "/finish");
        } catch (IOException _) {
            // The worker dies in the middle of it, where the test wants it to.
        }
    }

    HttpResponse<byte[]> send(String method, String part, String... headers) throws IOException {
        return send(method, part, BodyPublishers.noBody(), headers);
    }

    HttpResponse<byte[]> send(String method, String part, BodyPublisher body, String... headers)
            throws IOException {
        var request =
                HttpRequest.newBuilder(URI.create(url + part))
                        .timeout(Duration.ofSeconds(30))
                        .method(method, body);
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return HTTP.send(request.build(), BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    HttpResponse<byte[]> put(long offset, byte... bytes) throws IOException {
        return send(
                "PUT",
                "",
                BodyPublishers.ofByteArray(bytes),
                "Content-Range",
                "bytes %d-%d/*".formatted(offset, offset + bytes.length - 1));
    }

    HttpResponse<byte[]> get(long offset, long length) throws IOException {
        return send("GET", "", "Range", "bytes=%d-%d".formatted(offset, offset + length - 1));
    }

    HttpResponse<byte[]> change(String json) throws IOException {
        return send("PATCH", "", BodyPublishers.ofString(json));
    }

    static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }
}
