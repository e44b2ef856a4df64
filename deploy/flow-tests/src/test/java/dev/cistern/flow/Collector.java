package dev.cistern.flow;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;

/** A collector of traces (OTLP 1.9 over HTTP), as Jaeger or Tempo have one. */
final class Collector implements AutoCloseable {
    private final HttpServer server;
    private final List<Span> spans = new CopyOnWriteArrayList<>();

    /** A span that came; {@code parent} is empty for the root of a trace. */
    record Span(String trace, String id, String parent, String name) {}

    Collector() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", this::take);
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:%d/v1/traces".formatted(server.getAddress().getPort()));
    }

    List<Span> of(String trace) {
        return spans.stream().filter(span -> span.trace().equals(trace)).toList();
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange;
                var body =
                        "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))
                                ? new GZIPInputStream(exchange.getRequestBody())
                                : exchange.getRequestBody()) {
            for (var resource : ExportTraceServiceRequest.parseFrom(body).getResourceSpansList()) {
                for (var scope : resource.getScopeSpansList()) {
                    scope.getSpansList()
                            .forEach(
                                    span ->
                                            spans.add(
                                                    new Span(
                                                            hex(span.getTraceId()),
                                                            hex(span.getSpanId()),
                                                            hex(span.getParentSpanId()),
                                                            span.getName())));
                }
            }
            exchange.sendResponseHeaders(200, -1);
        }
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
