package dev.cistern.volume.work;

import dev.cistern.common.crash.CrashPoints;
import dev.cistern.common.message.Lane;
import dev.cistern.common.operation.Claim;
import dev.cistern.common.operation.NewOperation;
import dev.cistern.common.operation.NewOperation.Requester;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.ChangeRequest;
import dev.cistern.volume.Deletion;
import dev.cistern.volume.ImageNotes;
import dev.cistern.volume.Ledger;
import dev.cistern.volume.PoolView;
import dev.cistern.volume.Volume;
import dev.cistern.volume.VolumeEntries;
import dev.cistern.volume.VolumeQuery;
import dev.cistern.volume.VolumeRequest;
import dev.cistern.volume.VolumeState;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What users do with volumes. Each method is in one transaction. */
@Singleton
public class VolumeService {
    private static final Duration DEADLINE = Duration.ofHours(1);

    private final VolumeWork work;
    private final Workshop workshop;
    private final VolumeQuery query;
    private final Creations creations;

    VolumeService(VolumeWork work) {
        this.work = work;
        this.workshop = work.workshop();
        this.query = new VolumeQuery(work.runtime().foundation().jdbi());
        this.creations =
                new Creations(
                        workshop,
                        new VolumeEntries(work.runtime().foundation().jdbi()),
                        work.runtime().operations(),
                        work.runtime().foundation().transactions());
    }

    /**
     * Accepts the creation of a volume.
     *
     * @throws ProblemException if the pool is not there or not running, the name is taken, there is
     *     no room, or too much waits already
     */
    public Operation create(VolumeRequest request, Requester requester) {
        return create(request, null, requester);
    }

    /**
     * The same from libvirt's XML.
     *
     * @param xml which is kept with the volume, or null
     */
    public Operation create(VolumeRequest request, @Nullable String xml, Requester requester) {
        work.runtime().admission().require(requester.tenant());
        var operation = creations.accept(request, xml, requester);
        CrashPoints.at("outbox-commit");
        return operation;
    }

    /**
     * Accepts the deletion of a volume: for good, or into the trash.
     *
     * @param reference id or {@code POOL:NAME}
     * @throws ProblemException if there is no such volume, nothing is before this and its state
     *     does not allow it, its pool is not running, or too much waits already
     */
    public Operation delete(String reference, Deletion deletion, Requester requester) {
        work.runtime().admission().require(requester.tenant());
        return inTransaction(
                () -> {
                    var volume = query.get(reference);
                    requireNotDeleted(volume);
                    var pool =
                            volume.state() == VolumeState.ERROR
                                    ? workshop.pools().get(volume.poolId())
                                    : workshop.pools().open(volume.poolId());
                    var kept = deletion.kept(volume, workshop.settings().trash());
                    return accept(
                            kept.isZero() ? DeleteVolume.KIND : TrashVolume.KIND,
                            volume.id(),
                            volume.name(),
                            pool,
                            deletionClaims(volume),
                            new TrashVolume.Request(kept.toSeconds()),
                            requester);
                });
    }

    /**
     * Accepts a change of a volume's file where it is.
     *
     * @param reference id or {@code POOL:NAME}
     * @throws ProblemException if there is no such volume, nothing is before this and its state or
     *     its file does not allow it, its pool is not running or has no room, or too much waits
     *     already
     */
    public Operation change(String reference, ChangeRequest request, Requester requester) {
        work.runtime().admission().require(requester.tenant());
        return inTransaction(
                () -> change(existing(reference), request, Set.of(), List.of(), requester));
    }

    /** A volume that is not deleted. */
    Volume existing(String reference) {
        var volume = query.get(reference);
        requireNotDeleted(volume);
        return volume;
    }

    /**
     * The same in the transaction of the caller.
     *
     * @param bases operations that create what the request names
     * @param awaited volumes of which this is behind what is being done to them
     */
    Operation change(
            Volume volume,
            ChangeRequest request,
            Set<UUID> bases,
            List<Volume> awaited,
            Requester requester) {
        var pool = workshop.pools().open(volume.poolId());
        var promised = volume.capacity() + workshop.holds().ofVolume(volume.id());
        var claims = claims(volume, request, awaited);
        var operation = accept(volume, pool, request, claims, bases, requester);
        workshop.holds()
                .hold(
                        operation.id(),
                        volume.id(),
                        pool,
                        new Ledger.Demand(request.growth(promised), request.takesSpace()));
        return operation;
    }

    private Operation accept(
            Volume volume,
            PoolView pool,
            ChangeRequest request,
            List<Claim> claims,
            Set<UUID> bases,
            Requester requester) {
        var dependsOn = new HashSet<>(bases);
        query.creationOf(volume).ifPresent(dependsOn::add);
        return work.runtime()
                .operations()
                .accept(
                        new NewOperation(
                                request.kind(),
                                "volume",
                                volume.id(),
                                volume.name(),
                                pool.id(),
                                requester,
                                pool.group(),
                                request.lane(),
                                claims,
                                request,
                                dependsOn,
                                request.deadline()));
    }

    private List<Claim> claims(Volume volume, ChangeRequest request, List<Volume> awaited) {
        var below = request.readsBelow() ? workshop.chains().below(volume) : List.<Volume>of();
        return Stream.concat(
                        Stream.of(Claim.exclusive(volume.id())),
                        Stream.concat(below.stream(), awaited.stream())
                                .map(other -> Claim.shared(other.id()))
                                .distinct())
                .toList();
    }

    private static void requireNotDeleted(Volume volume) {
        if (volume.state() == VolumeState.DELETED) {
            throw new ProblemException(
                    ProblemCode.VOLUME_NOT_FOUND,
                    "volume '%s' is deleted already".formatted(volume.name()));
        }
    }

    /** Behind what is being done to the volumes that build on it: they may be gone by then. */
    private List<Claim> deletionClaims(Volume volume) {
        var dependents = workshop.chains().dependents(volume);
        workshop.chains()
                .refuseIfAny(
                        volume,
                        dependents.stream().filter(child -> !child.volume().busy()).toList(),
                        "deleted");
        return Stream.concat(
                        Stream.of(Claim.exclusive(volume.id())),
                        dependents.stream()
                                .map(child -> child.volume().id())
                                .distinct()
                                .map(Claim::shared))
                .toList();
    }

    private Operation accept(
            String kind,
            UUID volume,
            String name,
            PoolView pool,
            List<Claim> claims,
            Object request,
            Requester requester) {
        return work.runtime()
                .operations()
                .accept(
                        new NewOperation(
                                kind,
                                "volume",
                                volume,
                                name,
                                pool.id(),
                                requester,
                                pool.group(),
                                Lane.METADATA,
                                claims,
                                request,
                                Set.of(),
                                DEADLINE));
    }

    /** Ends an operation early. */
    public Operation cancel(UUID operation, Requester requester) {
        return inTransaction(() -> work.runtime().operations().cancel(operation, requester));
    }

    /** A volume by id or as {@code POOL:NAME}. */
    public Volume get(String reference) {
        return query.get(reference);
    }

    /** What is known of a volume's image besides. */
    public ImageNotes image(Volume volume) {
        return workshop.images().of(volume.id());
    }

    /** Volumes in the order in which they became known. */
    public List<Volume> list(VolumeQuery.Filter filter, long after, int limit) {
        return query.list(filter, after, limit);
    }

    <T> T inTransaction(Callable<T> story) {
        var result =
                work.runtime()
                        .foundation()
                        .transactions()
                        .call(() -> Rehearsal.ended(story.call()));
        CrashPoints.at("outbox-commit");
        return result;
    }
}
