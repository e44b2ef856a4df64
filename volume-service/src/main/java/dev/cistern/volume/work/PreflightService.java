package dev.cistern.volume.work;

import dev.cistern.common.message.WipeAlgorithm;
import dev.cistern.common.operation.NewOperation.Requester;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.Problem;
import dev.cistern.volume.Chains;
import dev.cistern.volume.Preflight;
import dev.cistern.volume.Volume;
import dev.cistern.volume.VolumePatch;
import dev.cistern.volume.VolumeQuery;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells what a request would come to: it is taken in by the same code, in a transaction that is
 * undone. What only a worker can find, such as a machine that has the image open, it does not know.
 */
@Singleton
public class PreflightService {
    private final VolumeService volumes;
    private final SnapshotService snapshots;
    private final CloneService clones;
    private final UpkeepService upkeep;
    private final Workshop workshop;
    private final VolumeQuery query;

    PreflightService(
            VolumeService volumes,
            SnapshotService snapshots,
            CloneService clones,
            UpkeepService upkeep,
            VolumeWork work) {
        this.volumes = volumes;
        this.snapshots = snapshots;
        this.clones = clones;
        this.upkeep = upkeep;
        this.workshop = work.workshop();
        this.query = new VolumeQuery(work.runtime().foundation().jdbi());
    }

    /**
     * What would be.
     *
     * @param refusal why it would be refused, or null
     * @param waits whether it would wait for what is before it
     * @param before operations on the volume that have not ended
     * @param children volumes that build on this one, or on its external snapshots
     * @param pool where it would take place
     * @param promised bytes that volumes of that pool have been promised in sum
     * @param allowed bytes that may be promised there
     * @param available bytes that its file system had free at the last look
     */
    public record Report(
            @Nullable Problem refusal,
            boolean waits,
            List<UUID> before,
            List<Volume> children,
            String pool,
            long promised,
            long allowed,
            long available) {}

    /**
     * Finds out.
     *
     * @param reference id or {@code POOL:NAME}
     * @throws dev.cistern.common.problem.ProblemException if there is no such volume or pool
     */
    public Report report(String reference, Preflight asked, Requester requester) {
        var volume = query.get(reference);
        var outcome = Rehearsal.of(request(volume, asked, requester));
        var pool =
                asked.pool() == null
                        ? workshop.pools().get(volume.poolId())
                        : workshop.pools().named(asked.pool());
        return new Report(
                outcome.refusal(),
                Optional.ofNullable(outcome.operation()).map(PreflightService::waits).orElse(false),
                query.unfinished(volume.id()),
                workshop.chains().dependents(volume).stream()
                        .map(Chains.Child::volume)
                        .distinct()
                        .toList(),
                pool.name(),
                workshop.ledger().reserved(pool.id()),
                pool.allowed(),
                pool.available());
    }

    private static boolean waits(Operation operation) {
        return switch (operation.state()) {
            case WAITING -> true;
            case QUEUED, RUNNING, CANCELLING, SUCCEEDED, FAILED, CANCELLED -> false;
        };
    }

    private Supplier<?> request(Volume volume, Preflight asked, Requester requester) {
        var id = volume.id().toString();
        return switch (asked.verb()) {
            case CLONE -> () -> clones.clone(id, asked.cloning(), requester);
            case CONVERT -> () -> upkeep.convert(id, asked.conversion(), requester);
            case MOVE -> () -> upkeep.move(id, asked.requiredPool(), requester);
            case RENAME ->
                    () ->
                            upkeep.update(
                                    id,
                                    new VolumePatch(asked.requiredName(), Map.of(), null, null),
                                    requester);
            case FLATTEN -> () -> upkeep.flatten(id, requester);
            case COMMIT -> () -> upkeep.commit(id, requester);
            case COMPACT -> () -> upkeep.compact(id, requester);
            case WIPE -> () -> upkeep.wipe(id, WipeAlgorithm.ZERO, requester);
            case RESIZE -> () -> volumes.change(id, asked.resize(), requester);
            case DELETE -> deletion(id, asked, requester);
        };
    }

    private Supplier<?> deletion(String volume, Preflight asked, Requester requester) {
        var snapshot = asked.snapshot();
        return snapshot == null
                ? () -> volumes.delete(volume, asked.deletion(), requester)
                : () -> snapshots.delete(volume, snapshot, requester);
    }
}
