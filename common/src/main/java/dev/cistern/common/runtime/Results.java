package dev.cistern.common.runtime;

import dev.cistern.common.inbox.Deliveries;
import dev.cistern.common.inbox.Delivery;
import dev.cistern.common.message.ResultMessage;
import dev.cistern.common.operation.Operations;
import dev.cistern.common.trace.LogContext;
import dev.cistern.common.trace.Traces;
import io.opentelemetry.api.trace.SpanKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Hands results to the operations that they are of, each within the trace that it belongs to. */
record Results(Operations operations, Traces traces) implements Deliveries.Handler {

    /** Locks what the results of a batch can reach. */
    void expect(List<Delivery> batch) throws IOException {
        var coming = new HashSet<UUID>();
        for (var delivery : batch) {
            coming.add(delivery.read(ResultMessage.class).operation());
        }
        operations.expect(coming);
    }

    @Override
    public void handle(Delivery delivery) throws IOException {
        var result = delivery.read(ResultMessage.class);
        try (var step = begin(delivery, result);
                var _ =
                        LogContext.of(
                                Map.of(
                                        LogContext.OPERATION,
                                        result.operation().toString(),
                                        LogContext.TRACE,
                                        LogContext.trace(step.traceparent())))) {
            operations.reportExpected(List.of(result));
        }
    }

    @Override
    public void handleAll(List<Delivery> batch) throws IOException {
        if (batch.size() == 1) {
            handle(batch.getFirst());
            return;
        }
        var results = new ArrayList<ResultMessage>();
        var steps = new ArrayList<Traces.Step>();
        try {
            for (var delivery : batch) {
                var result = delivery.read(ResultMessage.class);
                results.add(result);
                steps.add(begin(delivery, result));
            }
            operations.reportExpected(results);
        } finally {
            steps.forEach(Traces.Step::close);
        }
    }

    private Traces.Step begin(Delivery delivery, ResultMessage result) {
        return traces.begin(
                SpanKind.CONSUMER,
                "process " + result.result().getClass().getSimpleName(),
                Delivery.header(delivery.message(), "traceparent"));
    }
}
