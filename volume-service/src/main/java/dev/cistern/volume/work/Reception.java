package dev.cistern.volume.work;

import dev.cistern.common.crash.CrashPoints;
import dev.cistern.common.message.Lane;
import dev.cistern.common.operation.Claim;
import dev.cistern.common.operation.NewOperation;
import dev.cistern.common.operation.NewOperation.Requester;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.PoolView;
import dev.cistern.volume.Volume;
import dev.cistern.volume.VolumeQuery;
import dev.cistern.volume.VolumeState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;

/** Takes in requests for work on volumes that are there, each in one transaction. */
final class Reception {
    private static final Duration SHORT = Duration.ofHours(1);
    private static final Duration LONG = Duration.ofDays(2);

    private final VolumeWork work;
    private final VolumeQuery query;

    Reception(VolumeWork work) {
        this.work = work;
        this.query = new VolumeQuery(work.runtime().foundation().jdbi());
    }

    /**
     * Work to be put in line.
     *
     * @param volume that it is done to
     * @param request what its use case must know
     * @param dependsOn what creates the volumes that it names
     */
    record Order(
            String kind,
            UUID volume,
            String name,
            PoolView pool,
            Lane lane,
            List<Claim> claims,
            Object request,
            Set<UUID> dependsOn) {}

    /** Does all that a request needs in one transaction. */
    <T> T take(Requester requester, Callable<T> story) {
        work.runtime().admission().require(requester.tenant());
        var result =
                work.runtime()
                        .foundation()
                        .transactions()
                        .call(() -> Rehearsal.ended(story.call()));
        CrashPoints.at("outbox-commit");
        return result;
    }

    /**
     * A volume that work can be asked for; what is before that may still change its state.
     *
     * @throws ProblemException if there is none, or there never was a file of it
     */
    Volume existing(String reference) {
        var volume = query.get(reference);
        if (volume.state() == VolumeState.DELETED) {
            throw new ProblemException(
                    ProblemCode.VOLUME_NOT_FOUND,
                    "volume '%s' is deleted already".formatted(volume.name()));
        }
        if (volume.state() == VolumeState.ERROR) {
            throw new ProblemException(
                    ProblemCode.VOLUME_STATE,
                    "volume '%s' was never created: delete it and create it anew"
                            .formatted(volume.name()));
        }
        return volume;
    }

    /** The volume whose file has this name, if there is one; as {@code POOL:NAME}. */
    Optional<Volume> holder(String file) {
        return query.find(file)
                .filter(
                        volume ->
                                switch (volume.state()) {
                                    case CREATING, AVAILABLE, DELETING -> true;
                                    case TRASHED, DELETED, ERROR -> false;
                                });
    }

    /** What is asked of a volume that is not there yet depends on what makes it. */
    Set<UUID> creationOf(Volume volume) {
        return query.creationOf(volume).map(Set::of).orElse(Set.of());
    }

    Operation accept(Order order, Requester requester) {
        return work.runtime()
                .operations()
                .accept(
                        new NewOperation(
                                order.kind(),
                                "volume",
                                order.volume(),
                                order.name(),
                                order.pool().id(),
                                requester,
                                order.pool().group(),
                                order.lane(),
                                order.claims(),
                                order.request(),
                                order.dependsOn(),
                                order.lane() == Lane.BULK ? LONG : SHORT));
    }
}
