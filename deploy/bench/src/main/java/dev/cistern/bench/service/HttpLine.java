package dev.cistern.bench.service;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One HTTP/1.1 connection, used by one thread, that costs as little as can be: on one machine the
 * load and what is loaded share the processors.
 */
final class HttpLine implements Closeable {
    private static final int PATIENCE_MILLIS = 70_000;
    private static final int HEXADECIMAL = 16;

    private final String host;
    private final Socket socket;
    private final InputStream in;

    HttpLine(URI address) throws IOException {
        host = address.getHost() + ":" + address.getPort();
        socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), 5_000);
        in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    }

    /**
     * What came back.
     *
     * @param retryAfter seconds, 0 if there was none
     */
    record Answer(int status, int retryAfter, String body) {}

    Answer get(String path) throws IOException {
        return send("GET", path, "", "");
    }

    /**
     * Posts JSON.
     *
     * @param headers whole lines, each with its line end
     */
    Answer post(String path, String json, String headers) throws IOException {
        return send("POST", path, json, headers + "Content-Type: application/json\r\n");
    }

    private Answer send(String method, String path, String body, String headers)
            throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        var head =
                "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n%s\r\n"
                        .formatted(method, path, host, bytes.length, headers);
        socket.getOutputStream().write((head + body).getBytes(StandardCharsets.UTF_8));
        return read();
    }

    private Answer read() throws IOException {
        var status = Integer.parseInt(line().split(" ", 3)[1]);
        var length = 0;
        var chunked = false;
        var retryAfter = 0;
        for (var line = line(); !line.isEmpty(); line = line()) {
            var colon = line.indexOf(':');
            var value = line.substring(colon + 1).strip();
            switch (line.substring(0, colon).toLowerCase(Locale.ROOT)) {
                case "content-length" -> length = Integer.parseInt(value);
                case "retry-after" -> retryAfter = Integer.parseInt(value);
                case "transfer-encoding" -> chunked = "chunked".equals(value);
                default -> {}
            }
        }
        var body = chunked ? chunks() : in.readNBytes(length);
        return new Answer(status, retryAfter, new String(body, StandardCharsets.UTF_8));
    }

    /** A body in chunks (RFC 9112, 7.1). */
    private byte[] chunks() throws IOException {
        var body = new ByteArrayOutputStream(1 << 16);
        for (var length = chunkLength(); length > 0; length = chunkLength()) {
            body.write(in.readNBytes(length));
            requireEmptyLine();
        }
        requireEmptyLine();
        return body.toByteArray();
    }

    private int chunkLength() throws IOException {
        return Integer.parseInt(line(), HEXADECIMAL);
    }

    private void requireEmptyLine() throws IOException {
        var line = line();
        if (!line.isEmpty()) {
            throw new IOException("the answer has '%s' where a chunk ends".formatted(line));
        }
    }

    private String line() throws IOException {
        var line = new StringBuilder(64);
        for (var next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the server has closed the connection");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
