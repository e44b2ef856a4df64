package dev.cistern.common.trace;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.URI;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Spans of what is done for a request, from HTTP through the outbox, Kafka and the worker to the
 * public event. Between processes, and across the database, a span is named by its W3C {@code
 * traceparent}. Without a collector nothing is recorded and a caller's {@code traceparent} is
 * handed on as it came. Thread-safe.
 */
public final class Traces implements AutoCloseable {
    /** Records nothing. */
    public static final Traces NONE =
            new Traces(OpenTelemetry.noop().getTracer("dev.cistern"), () -> {});

    /** W3C Trace Context, 3.2, of version 00. */
    private static final Pattern TRACEPARENT =
            Pattern.compile("00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})");

    private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("service.name");
    private static final Duration DELAY = Duration.ofSeconds(1);

    private final Tracer tracer;
    private final Runnable closing;

    private Traces(Tracer tracer, Runnable closing) {
        this.tracer = tracer;
        this.closing = closing;
    }

    /**
     * Sends spans to a collector, a second late at most, and drops them while it is away.
     *
     * @param collector of OTLP over HTTP, for example {@code http://localhost:4318/v1/traces}
     * @param process the name of this one
     */
    public static Traces to(URI collector, String process) {
        return to(
                OtlpHttpSpanExporter.builder().setEndpoint(collector.toString()).build(), process);
    }

    /** The same to an exporter, which is closed with this. */
    public static Traces to(SpanExporter exporter, String process) {
        var provider =
                SdkTracerProvider.builder()
                        .setResource(
                                Resource.getDefault()
                                        .merge(Resource.create(Attributes.of(SERVICE, process))))
                        .addSpanProcessor(
                                BatchSpanProcessor.builder(exporter)
                                        .setScheduleDelay(DELAY)
                                        .build())
                        .build();
        return new Traces(provider.get("dev.cistern"), provider::close);
    }

    /**
     * Begins a span, to be closed on whatever thread.
     *
     * @param parent W3C {@code traceparent}, or null for the root of a trace
     */
    public Step begin(SpanKind kind, String name, @Nullable String parent) {
        var span =
                tracer.spanBuilder(name)
                        .setSpanKind(kind)
                        .setParent(Context.root().with(Span.wrap(context(parent))))
                        .startSpan();
        return new Step(span, parent);
    }

    private static SpanContext context(@Nullable String parent) {
        var parts = TRACEPARENT.matcher(parent == null ? "" : parent);
        return parts.matches()
                ? SpanContext.createFromRemoteParent(
                        parts.group(1),
                        parts.group(2),
                        TraceFlags.fromHex(parts.group(3), 0),
                        TraceState.getDefault())
                : SpanContext.getInvalid();
    }

    /** Sends what is recorded. */
    @Override
    public void close() {
        closing.run();
    }

    /** A span that goes on. */
    public static final class Step implements AutoCloseable {
        private final Span span;
        private final @Nullable String parent;

        private Step(Span span, @Nullable String parent) {
            this.span = span;
            this.parent = parent;
        }

        /** What follows from this step bears it; null if nothing is recorded and nothing came. */
        public @Nullable String traceparent() {
            var context = span.getSpanContext();
            return span.isRecording()
                    ? "00-%s-%s-%s"
                            .formatted(
                                    context.getTraceId(),
                                    context.getSpanId(),
                                    context.getTraceFlags().asHex())
                    : parent;
        }

        /** Adds a fact. */
        public Step with(String key, String value) {
            var _ = span.setAttribute(key, value);
            return this;
        }

        /** It failed. */
        public void failed(String why) {
            var _ = span.setStatus(StatusCode.ERROR, why);
        }

        @Override
        public void close() {
            span.end();
        }
    }
}
