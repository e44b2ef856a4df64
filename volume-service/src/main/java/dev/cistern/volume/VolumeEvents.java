package dev.cistern.volume;

import dev.cistern.common.operation.Operation;
import dev.cistern.common.outbox.Outbox;
import dev.cistern.common.outbox.PublicEvent;
import dev.cistern.common.problem.Problem;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Gatherers;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Tells the world what happened to volumes, in the transaction in which it happens. */
public final class VolumeEvents {
    private static final String SOURCE = "/v1/volumes";

    /** A scan may tell of many thousands, whose events need not be in memory together. */
    private static final int AT_ONCE = 1000;

    private final Outbox outbox;
    private final ToldVolumes volumes;

    /** Events through this outbox, of the volumes in the schema of {@code jdbi}. */
    public VolumeEvents(Outbox outbox, Jdbi jdbi) {
        this.outbox = outbox;
        this.volumes = new ToldVolumes(jdbi);
    }

    /**
     * What a volume event carries; published as schema {@code volume.v1}. Sizes in bytes.
     *
     * @param oldState null for a volume that was not known before
     * @param labels null without any
     */
    record Data(
            String tenant,
            UUID volumeId,
            UUID poolId,
            String pool,
            String name,
            String format,
            long capacity,
            long allocation,
            @Nullable String backingFile,
            @Nullable String oldState,
            String newState,
            UUID operation,
            String actor,
            Instant time,
            @Nullable Problem problem,
            @Nullable Map<String, String> labels) {}

    /**
     * What has become of a volume.
     *
     * @param before the state before, or null
     */
    public record News(UUID volume, @Nullable VolumeState before) {}

    /**
     * The same of a volume whose event was numbered with the change.
     *
     * @param volume as it is now, in this transaction
     * @param before the state before, or null
     * @param operation which has changed it
     */
    public record NumberedNews(
            ToldVolume volume, @Nullable VolumeState before, Operation operation) {}

    /**
     * Publishes what has become of a volume.
     *
     * @param verb past tense, for example {@code created}
     * @param before the state before, or null
     */
    public void publish(String verb, UUID id, @Nullable VolumeState before, Operation operation) {
        publish(verb, List.of(new News(id, before)), operation);
    }

    /** Publishes what has become of different volumes by one operation. */
    public void publish(String verb, List<News> all, Operation operation) {
        var cause = Cause.of(operation);
        tell(verb, all.stream().map(news -> new Story(news, cause, null)).toList());
    }

    /** Publishes a failure with its reason. */
    public void publish(
            String verb,
            UUID id,
            @Nullable VolumeState before,
            Operation operation,
            @Nullable Problem problem) {
        tell(verb, List.of(new Story(new News(id, before), Cause.of(operation), problem)));
    }

    /**
     * Publishes that volumes are no longer kept track of, as their pool is undefined.
     *
     * @param operation of pool-service, on whose behalf
     */
    public void forgotten(List<News> all, UUID operation) {
        var cause = new Cause(operation, "cistern", null);
        tell("forgotten", all.stream().map(news -> new Story(news, cause, null)).toList());
    }

    /** Publishes what has become of volumes whose events were numbered with the change. */
    public void publish(String verb, List<NumberedNews> all) {
        send(
                all,
                news -> {
                    var what = new News(news.volume().id(), news.before());
                    var story = new Story(what, Cause.of(news.operation()), null);
                    return event(verb, story, news.volume());
                });
    }

    private record Cause(UUID operation, String actor, @Nullable String traceparent) {
        static Cause of(Operation operation) {
            return new Cause(operation.id(), operation.actor(), operation.traceparent());
        }
    }

    private record Story(News news, Cause cause, @Nullable Problem problem) {}

    private void tell(String verb, List<Story> stories) {
        if (stories.isEmpty()) {
            return;
        }
        var told = volumes.next(stories.stream().map(story -> story.news().volume()).toList());
        send(
                stories,
                story ->
                        event(
                                verb,
                                story,
                                Objects.requireNonNull(told.get(story.news().volume()))));
    }

    private <T> void send(List<T> all, Function<T, PublicEvent> event) {
        all.stream()
                .map(one -> event.apply(one).message())
                .gather(Gatherers.windowFixed(AT_ONCE))
                .forEach(outbox::send);
    }

    private static PublicEvent event(String verb, Story story, ToldVolume volume) {
        var before = story.news().before();
        var data =
                new Data(
                        volume.tenant(),
                        volume.id(),
                        volume.poolId(),
                        volume.pool(),
                        volume.name(),
                        volume.format(),
                        volume.capacity(),
                        volume.allocation(),
                        volume.backingFile(),
                        before == null ? null : before.text(),
                        volume.state().text(),
                        story.cause().operation(),
                        story.cause().actor(),
                        Instant.now(),
                        story.problem(),
                        volume.labels().isEmpty() ? null : volume.labels());
        return new PublicEvent(
                "volume." + verb + ".v1",
                SOURCE,
                volume.id(),
                volume.sequence(),
                story.cause().traceparent(),
                data);
    }
}
