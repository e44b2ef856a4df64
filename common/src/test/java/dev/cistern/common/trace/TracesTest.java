package dev.cistern.common.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jboss.logging.MDC;
import org.junit.jupiter.api.Test;

class TracesTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CALLER = "00f067aa0ba902b7";
    private static final String SAMPLED = "00-" + TRACE + "-" + CALLER + "-01";

    private final Kept kept = new Kept(new ArrayList<>());

    /** Keeps the spans that come. */
    private record Kept(List<SpanData> spans) implements SpanExporter {
        @Override
        public CompletableResultCode export(Collection<SpanData> more) {
            spans.addAll(more);
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    @Test
    void aStepContinuesItsCallersTraceAndIsContinued() {
        try (var traces = Traces.to(kept, "tested")) {
            try (var first = traces.begin(SpanKind.SERVER, "first", SAMPLED).with("key", "value");
                    var second = traces.begin(SpanKind.PRODUCER, "second", first.traceparent())) {
                second.failed("for a reason");
                assertThat(first.traceparent()).startsWith("00-" + TRACE).endsWith("-01");
            }
        }

        var second = kept.spans().getFirst();
        var first = kept.spans().getLast();
        assertThat(List.of(first.getName(), second.getName())).containsExactly("first", "second");
        assertThat(kept.spans()).allMatch(span -> span.getTraceId().equals(TRACE));
        assertThat(first.getParentSpanId()).isEqualTo(CALLER);
        assertThat(second.getParentSpanId()).isEqualTo(first.getSpanId());
        assertThat(second.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(first.getResource().getAttributes().asMap()).containsValue("tested");
    }

    @Test
    void withoutACallerOrWithOneThatMakesNoSenseATraceBegins() {
        try (var traces = Traces.to(kept, "tested")) {
            for (var parent :
                    new String[] {null, "", "00-x-y-01", SAMPLED.replace("00-4", "ff-4")}) {
                traces.begin(SpanKind.SERVER, "root", parent).close();
            }
        }

        assertThat(kept.spans())
                .hasSize(4)
                .noneMatch(span -> span.getTraceId().equals(TRACE))
                .noneMatch(span -> span.getParentSpanContext().isValid());
    }

    @Test
    void whoDoesNotWantToBeTracedIsNotAndStillHandsItsContextOn() {
        var unsampled = SAMPLED.replace("-01", "-00");
        try (var traces = Traces.to(kept, "tested");
                var step = traces.begin(SpanKind.SERVER, "quiet", unsampled)) {
            assertThat(step.traceparent()).isEqualTo(unsampled);
        }
        assertThat(kept.spans()).isEmpty();
        try (var step = Traces.NONE.begin(SpanKind.SERVER, "quiet", SAMPLED)) {
            assertThat(step.traceparent()).isEqualTo(SAMPLED);
        }
        try (var step = Traces.NONE.begin(SpanKind.SERVER, "quiet", null)) {
            assertThat(step.traceparent()).isNull();
        }
    }

    @Test
    void idsStandInTheLogForAsLongAsTheyAreTrue() {
        var ids =
                Map.of(
                        LogContext.OPERATION, "one",
                        LogContext.TRACE, LogContext.trace(SAMPLED),
                        LogContext.TENANT, LogContext.trace("too short"));
        try (var _ = LogContext.of(ids)) {
            assertThat(MDC.get(LogContext.OPERATION)).isEqualTo("one");
            assertThat(MDC.get(LogContext.TRACE)).isEqualTo(TRACE);
            assertThat(MDC.getMap()).doesNotContainKey(LogContext.TENANT);
            try (var _ = LogContext.of(Map.of(LogContext.OPERATION, "within"))) {
                assertThat(MDC.get(LogContext.OPERATION)).isEqualTo("within");
            }
            assertThat(MDC.get(LogContext.OPERATION)).isEqualTo("one");
        }
        assertThat(MDC.getMap()).doesNotContainKeys(LogContext.OPERATION, LogContext.TRACE);
    }
}
