package dev.cistern.volume;

import dev.cistern.common.operation.Operation;
import dev.cistern.common.outbox.Outbox;
import dev.cistern.common.outbox.PublicEvent;
import dev.cistern.common.problem.Problem;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Tells the world what happened to snapshots, in the transaction in which it happens. */
public final class SnapshotEvents {
    private static final String SOURCE = "/v1/volumes";

    private final Outbox outbox;
    private final Snapshots snapshots;
    private final Volumes volumes;

    /** Events through this outbox. */
    public SnapshotEvents(Outbox outbox, Snapshots snapshots, Volumes volumes) {
        this.outbox = outbox;
        this.snapshots = snapshots;
        this.volumes = volumes;
    }

    /** What a snapshot event carries; published as schema {@code snapshot.v1}. Sizes in bytes. */
    record Data(
            String tenant,
            UUID snapshotId,
            String name,
            @Nullable UUID parent,
            UUID volumeId,
            String volume,
            UUID poolId,
            String pool,
            String format,
            long capacity,
            long allocation,
            String newState,
            UUID operation,
            String actor,
            Instant time,
            @Nullable Problem problem) {}

    /**
     * Publishes what has become of a snapshot.
     *
     * @param verb past tense, for example {@code created}
     */
    public void publish(String verb, UUID id, Operation operation) {
        publish(verb, id, operation, null);
    }

    /** Publishes a failure with its reason. */
    public void publish(String verb, UUID id, Operation operation, @Nullable Problem problem) {
        var sequence = snapshots.told(id);
        var snapshot = snapshots.get(id);
        var volume = volumes.get(snapshot.volume());
        var data =
                new Data(
                        volume.tenant(),
                        id,
                        snapshot.name(),
                        snapshot.parent(),
                        volume.id(),
                        volume.name(),
                        volume.poolId(),
                        volume.pool(),
                        volume.format(),
                        snapshot.capacity(),
                        volume.allocation(),
                        snapshot.state().text(),
                        operation.id(),
                        operation.actor(),
                        Instant.now(),
                        problem);
        outbox.send(
                new PublicEvent(
                                "snapshot." + verb + ".v1",
                                SOURCE,
                                id,
                                sequence,
                                operation.traceparent(),
                                data)
                        .message());
    }
}
