package dev.cistern.common.metric;

import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.OperationState;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.runtime.Service;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/** The meters of one service; {@code docs/operations.md} says what each means. */
final class ServiceMeters implements RefreshedMeters {
    /** What people wait for; between and beyond, the histogram's own steps. */
    private static final Duration[] OBJECTIVES = {
        Duration.ofMillis(20), Duration.ofMillis(50), Duration.ofSeconds(1), Duration.ofMinutes(1)
    };

    private final Service service;
    private final MeterRegistry registry;
    private final Tags tags;
    private final MultiGauge windows;
    private final MultiGauge commands;
    private final MultiGauge ready;
    private final MultiGauge lag;
    private volatile Backlog backlog = Backlog.NONE;
    private volatile long readAt = System.nanoTime();

    ServiceMeters(Service service, MeterRegistry registry) {
        this.service = service;
        this.registry = registry;
        tags = Tags.of("service", service.name());
        windows = multi("cistern.lane.window", "Commands of a lane that may be out at once");
        commands = multi("cistern.lane.commands", "Commands of a lane that are out");
        ready = multi("cistern.lane.ready", "Operations that wait for room in a lane");
        lag = multi("cistern.channel.lag", "Messages of a channel that are not read yet");
        operations();
        outbox();
        watchdog();
        service.runtime().ends().listen(this::ended);
    }

    private MultiGauge multi(String name, String description) {
        return MultiGauge.builder(name).tags(tags).description(description).register(registry);
    }

    private void operations() {
        Arrays.stream(OperationState.values())
                .filter(state -> !state.ended())
                .forEach(
                        state -> {
                            var ofState = tags.and("state", lower(state));
                            gauge(
                                    "cistern.operations",
                                    "Operations that have not ended",
                                    ofState,
                                    now -> now.in(state).count());
                            seconds(
                                    "cistern.operations.oldest",
                                    "How long the oldest operation has been in a state",
                                    ofState,
                                    meters -> meters.backlog.in(state).oldestSeconds());
                        });
    }

    private void outbox() {
        gauge(
                "cistern.outbox.messages",
                "Messages that wait for Kafka",
                tags,
                now -> now.outbox().count());
        gauge(
                "cistern.outbox.refused",
                "Messages that no broker takes, put aside in the outbox",
                tags,
                Backlog::refused);
        seconds(
                "cistern.outbox.oldest",
                "How long the oldest message has waited for Kafka",
                tags,
                meters -> meters.backlog.outbox().oldestSeconds());
        seconds(
                "cistern.relay.idle",
                "Time since the outbox was last looked through",
                tags,
                meters ->
                        meters.service.runtime().foundation().sinceLastRelay().toMillis() / 1000.0);
        seconds(
                "cistern.backlog.age",
                "Time since the figures from the database were read",
                tags,
                meters -> Duration.ofNanos(System.nanoTime() - meters.readAt).toMillis() / 1000.0);
    }

    private void watchdog() {
        var watchdog = service.runtime().watchdog();
        FunctionCounter.builder("cistern.commands.resent", watchdog, seen -> seen.sentAgain())
                .tags(tags)
                .description("Commands that no worker spoke of, sent again")
                .register(registry);
        FunctionCounter.builder("cistern.operations.swept", watchdog, seen -> seen.sweptUp())
                .tags(tags)
                .description("Operations that should have gone and did not; each is a defect")
                .register(registry);
    }

    private void gauge(
            String name, String description, Tags ofGauge, ToDoubleFunction<Backlog> value) {
        Gauge.builder(name, this, meters -> value.applyAsDouble(meters.backlog))
                .tags(ofGauge)
                .description(description)
                .register(registry);
    }

    private void seconds(
            String name, String description, Tags ofGauge, ToDoubleFunction<ServiceMeters> value) {
        Gauge.builder(name, this, value)
                .tags(ofGauge)
                .baseUnit("seconds")
                .description(description)
                .register(registry);
    }

    private void ended(Operation operation) {
        var ofKind = tags.and("kind", operation.kind());
        var end = Objects.requireNonNull(operation.finishedAt());
        Timer.builder("cistern.operation.duration")
                .tags(ofKind.and("outcome", lower(operation.state())))
                .description("From the acceptance of an operation to its end")
                .serviceLevelObjectives(OBJECTIVES)
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofHours(1))
                .register(registry)
                .record(Duration.between(operation.createdAt(), end));
        var why = operation.why();
        if (operation.state() == OperationState.FAILED && why != null) {
            failed(ofKind, why);
        }
    }

    private void failed(Tags ofKind, Problem why) {
        registry.counter("cistern.operation.failures", ofKind.and("problem", why.code().code()))
                .increment();
    }

    @Override
    public void refresh() {
        channels();
        backlog = Backlog.read(service.runtime().foundation().jdbi());
        readAt = System.nanoTime();
        lanes();
    }

    private void lanes() {
        register(windows, Backlog.Lane::window);
        register(commands, Backlog.Lane::out);
        register(ready, Backlog.Lane::ready);
    }

    private void register(MultiGauge gauge, ToDoubleFunction<Backlog.Lane> value) {
        gauge.register(
                backlog.lanes().stream()
                        .<Row<?>>map(
                                lane ->
                                        Row.of(
                                                Tags.of(
                                                        "group",
                                                        lane.group(),
                                                        "lane",
                                                        lane.lane().toLowerCase(Locale.ROOT)),
                                                value.applyAsDouble(lane)))
                        .toList(),
                true);
    }

    private void channels() {
        var rows =
                service.lag().readings().entrySet().stream()
                        .filter(channel -> channel.getValue().behind().isPresent())
                        .<Row<?>>map(
                                channel ->
                                        Row.of(
                                                Tags.of(Tag.of("channel", channel.getKey())),
                                                channel.getValue().behind().getAsLong()))
                        .toList();
        lag.register(List.copyOf(rows), true);
    }

    private static String lower(OperationState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
