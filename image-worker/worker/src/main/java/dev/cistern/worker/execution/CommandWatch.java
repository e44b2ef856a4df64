package dev.cistern.worker.execution;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.trace.LogContext;
import dev.cistern.common.trace.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is told of each command besides its result: meters, a span, the ids of log lines. */
public record CommandWatch(MeterRegistry registry, Traces traces) {
    /** A new one that tells nobody. */
    public static CommandWatch silent() {
        return new CommandWatch(new CompositeMeterRegistry(), Traces.NONE);
    }

    /** Begins to watch, on the thread that does the work. */
    Watched begin(Work work) {
        return new Watched(registry, traces, work);
    }

    /** A command that is watched until it is closed. */
    static final class Watched implements AutoCloseable {
        private final MeterRegistry registry;
        private final Work work;
        private final Traces.Step step;
        private final LogContext context;
        private final Timer.Sample sample;
        private String outcome = "dropped";

        private Watched(MeterRegistry registry, Traces traces, Work work) {
            this.registry = registry;
            this.work = work;
            sample = Timer.start(registry);
            step =
                    traces.begin(
                                    SpanKind.CONSUMER,
                                    "process " + work.command().kind(),
                                    work.message().traceparent())
                            .with("cistern.operation", work.operation().toString())
                            .with("cistern.attempt", Integer.toString(work.attempt()));
            context =
                    LogContext.of(
                            Map.of(
                                    LogContext.OPERATION,
                                    work.operation().toString(),
                                    LogContext.RESOURCE,
                                    resource(work.command()).toString(),
                                    LogContext.TRACE,
                                    LogContext.trace(step.traceparent())));
        }

        private static UUID resource(Command command) {
            return command instanceof Command.OfVolume ofVolume
                    ? ofVolume.volumeId()
                    : command.pool().poolId();
        }

        /** What follows from the command is part of this; null if nobody traces it. */
        @Nullable String traceparent() {
            return step.traceparent();
        }

        /** It has come to this. */
        void ended(Result result) {
            if (result instanceof Result.CommandFailed(var problem)) {
                outcome = "failed";
                step.failed(problem.detail());
            } else {
                outcome = "done";
            }
        }

        @Override
        public void close() {
            var tags = Tags.of("kind", work.command().kind());
            var _ =
                    sample.stop(
                            Timer.builder("cistern.command.duration")
                                    .tags(tags.and("outcome", outcome))
                                    .description(
                                            "The work on a command, from its slot to its result")
                                    .publishPercentileHistogram()
                                    .minimumExpectedValue(Duration.ofMillis(1))
                                    .maximumExpectedValue(Duration.ofHours(1))
                                    .register(registry));
            registry.counter("cistern.command.bytes", tags).increment((double) work.bytesDone());
            context.close();
            step.close();
        }
    }
}
