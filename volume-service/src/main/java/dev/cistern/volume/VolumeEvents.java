package dev.cistern.volume;

import dev.cistern.common.operation.Operation;
import dev.cistern.common.outbox.Outbox;
import dev.cistern.common.outbox.PublicEvent;
import dev.cistern.common.problem.Problem;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Tells the world what happened to volumes, in the transaction in which it happens. */
public final class VolumeEvents {
    private static final String SOURCE = "/v1/volumes";

    private final Outbox outbox;
    private final Volumes volumes;

    /** Events through this outbox. */
    public VolumeEvents(Outbox outbox, Volumes volumes) {
        this.outbox = outbox;
        this.volumes = volumes;
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
     * Publishes what has become of a volume.
     *
     * @param verb past tense, for example {@code created}
     * @param before the state before, or null
     */
    public void publish(String verb, UUID id, @Nullable VolumeState before, Operation operation) {
        publish(verb, id, before, operation, null);
    }

    /** Publishes a failure with its reason. */
    public void publish(
            String verb,
            UUID id,
            @Nullable VolumeState before,
            Operation operation,
            @Nullable Problem problem) {
        var cause = new Cause(operation.id(), operation.actor(), operation.traceparent());
        publish(verb, id, before, cause, problem);
    }

    /**
     * Publishes that a volume is no longer kept track of, as its pool is undefined.
     *
     * @param operation of pool-service, on whose behalf
     */
    public void forgotten(UUID id, VolumeState before, UUID operation) {
        publish("forgotten", id, before, new Cause(operation, "cistern", null), null);
    }

    private record Cause(UUID operation, String actor, @Nullable String traceparent) {}

    private void publish(
            String verb,
            UUID id,
            @Nullable VolumeState before,
            Cause cause,
            @Nullable Problem problem) {
        var told = volumes.told(id);
        var volume = told.volume();
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
                        cause.operation(),
                        cause.actor(),
                        Instant.now(),
                        problem,
                        volume.labels().isEmpty() ? null : volume.labels());
        outbox.send(
                new PublicEvent(
                                "volume." + verb + ".v1",
                                SOURCE,
                                id,
                                told.sequence(),
                                cause.traceparent(),
                                data)
                        .message());
    }
}
