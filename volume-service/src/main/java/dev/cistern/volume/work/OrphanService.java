package dev.cistern.volume.work;

import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Leftover;
import dev.cistern.common.operation.Claim;
import dev.cistern.common.operation.NewOperation;
import dev.cistern.common.operation.NewOperation.Requester;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.Deletion;
import dev.cistern.volume.Leftovers;
import dev.cistern.volume.Orphan;
import dev.cistern.volume.Orphan.Remedy;
import dev.cistern.volume.Orphans;
import dev.cistern.volume.PoolView;
import dev.cistern.volume.VolumeQuery;
import dev.cistern.volume.VolumeRequest;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What users do about orphans. Nothing is removed unless they say so, and only what they name. */
@Singleton
public class OrphanService {
    private static final Duration DEADLINE = Duration.ofHours(1);

    private final VolumeWork work;
    private final Workshop workshop;
    private final OrphanStock stock;
    private final Reception reception;
    private final VolumeService volumes;
    private final UpkeepService upkeep;
    private final VolumeQuery query;
    private final Orphans orphans;

    OrphanService(VolumeWork work, VolumeService volumes, UpkeepService upkeep) {
        this.work = work;
        this.workshop = work.workshop();
        this.stock = work.orphans();
        this.reception = new Reception(work);
        this.volumes = volumes;
        this.upkeep = upkeep;
        this.query = new VolumeQuery(work.runtime().foundation().jdbi());
        this.orphans = new Orphans(work.runtime().foundation().jdbi());
    }

    /**
     * Orphans as the last scans have found them.
     *
     * @param pool name or id; null for those of all pools
     * @throws ProblemException if there is no such pool
     */
    public List<Orphan> list(@Nullable String pool, long after, int limit) {
        var id = pool == null ? null : workshop.pools().named(pool).id();
        return orphans.list(id, after, limit);
    }

    /**
     * An orphan by its id.
     *
     * @throws ProblemException if there is none
     */
    public Orphan get(String id) {
        return orphans.get(id);
    }

    /**
     * Accepts that the file of an orphan becomes its volume's, or a volume.
     *
     * @param name that a file which was put aside is to have; null for the one that it had
     * @throws ProblemException if there is no such orphan, or it cannot be adopted, its pool is not
     *     running, or the name is taken
     */
    public Operation adopt(String id, @Nullable String name, Requester requester) {
        var orphan = orphans.get(id);
        orphan.require(Remedy.ADOPT);
        return switch (orphan.kind()) {
            case DRIFTED -> adoptDrifted(orphan, name, requester);
            case QUARANTINED -> upkeep.restore(id, name, requester);
            case LEFTOVER -> adoptLeftover(orphan, name, requester);
            case MISSING, UNREADABLE -> throw new IllegalStateException(orphan.toString());
        };
    }

    private Operation adoptDrifted(Orphan orphan, @Nullable String name, Requester requester) {
        if (name != null && !name.equals(orphan.name())) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "the file has the name of the volume already: adopt it, then rename the volume");
        }
        var inode = Objects.requireNonNull(orphan.inode(), "a file that was seen");
        return reception.take(
                requester,
                () ->
                        reception.accept(
                                order(
                                        AdoptVolume.KIND,
                                        orphan.id(),
                                        orphan.name(),
                                        workshop.pools().open(orphan.poolId()),
                                        new AdoptVolume.Request(inode, null, null)),
                                requester));
    }

    private static Reception.Order order(
            String kind, UUID volume, String name, PoolView pool, Object request) {
        return new Reception.Order(
                kind,
                volume,
                name,
                pool,
                Lane.METADATA,
                List.of(Claim.exclusive(volume)),
                request,
                Set.of());
    }

    private Operation adoptLeftover(Orphan orphan, @Nullable String name, Requester requester) {
        return reception.take(
                requester,
                () -> {
                    var row = leftover(orphan);
                    var pool = workshop.pools().open(row.pool());
                    var as = name == null ? nameBefore(row) : name;
                    VolumeRequest.requireName(as);
                    var size = row.leftover().size();
                    var volume = workshop.volumes().requested(pool, as, size, pool.tenant());
                    var request =
                            new AdoptVolume.Request(
                                    row.leftover().inode(), row.id(), row.leftover().name());
                    var operation =
                            reception.accept(
                                    order(AdoptVolume.KIND, volume, as, pool, request), requester);
                    workshop.ledger().count(pool.id(), size);
                    return operation;
                });
    }

    private Leftovers.Row leftover(Orphan orphan) {
        return stock.leftovers()
                .find(orphan.id())
                .orElseThrow(
                        () ->
                                new ProblemException(
                                        ProblemCode.ORPHAN_NOT_FOUND,
                                        "orphan %s was taken care of meanwhile"
                                                .formatted(orphan.id())));
    }

    private String nameBefore(Leftovers.Row row) {
        return Optional.of(row.leftover().owner())
                .flatMap(query::find)
                .map(before -> before.name())
                .orElseThrow(
                        () ->
                                new ProblemException(
                                        ProblemCode.INVALID_REQUEST,
                                        "the name that the file had is not known: say which it is to have"));
    }

    /**
     * Accepts that the file of an orphan is put aside, with its volume.
     *
     * @throws ProblemException if there is no such orphan, or it has no file that users see, others
     *     build on it, or its pool is not running
     */
    public Operation quarantine(String id, Requester requester) {
        var orphan = orphans.get(id);
        orphan.require(Remedy.QUARANTINE);
        return reception.take(
                requester,
                () -> {
                    var volume = workshop.volumes().get(orphan.id());
                    workshop.chains().requireNoDependents(volume, "put aside");
                    return reception.accept(
                            order(
                                    QuarantineVolume.KIND,
                                    volume.id(),
                                    volume.name(),
                                    workshop.pools().open(volume.poolId()),
                                    List.of()),
                            requester);
                });
    }

    /**
     * Accepts that an orphan goes for good.
     *
     * @throws ProblemException if there is no such orphan, its file was not put aside before, or
     *     its pool is not running
     */
    public Operation purge(String id, Requester requester) {
        var orphan = orphans.get(id);
        orphan.require(Remedy.PURGE);
        return switch (orphan.kind()) {
            case MISSING, QUARANTINED ->
                    volumes.delete(id, new Deletion(true, Optional.empty()), requester);
            case LEFTOVER -> purgeLeftover(orphan, requester);
            case DRIFTED, UNREADABLE -> throw new IllegalStateException(orphan.toString());
        };
    }

    private Operation purgeLeftover(Orphan orphan, Requester requester) {
        return reception.take(
                requester,
                () -> {
                    var row = leftover(orphan);
                    var pool = workshop.pools().open(row.pool());
                    return work.runtime()
                            .operations()
                            .accept(
                                    new NewOperation(
                                            PurgeLeftover.KIND,
                                            "orphan",
                                            row.id(),
                                            row.leftover().name(),
                                            pool.id(),
                                            requester,
                                            pool.group(),
                                            Lane.METADATA,
                                            List.of(),
                                            request(row.id(), row.leftover()),
                                            Set.of(),
                                            DEADLINE));
                });
    }

    private static PurgeLeftover.Request request(UUID id, Leftover leftover) {
        return new PurgeLeftover.Request(id, leftover.room(), leftover.name(), leftover.inode());
    }
}
