package dev.cistern.volume.work;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.operation.Claim;
import dev.cistern.common.operation.NewOperation.Requester;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.Chains;
import dev.cistern.volume.CloneRequest;
import dev.cistern.volume.FileInPool;
import dev.cistern.volume.Ledger;
import dev.cistern.volume.Origin;
import dev.cistern.volume.PoolView;
import dev.cistern.volume.Snapshot;
import dev.cistern.volume.Volume;
import dev.cistern.volume.VolumeRequest;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What users make of volumes that are there: other volumes. */
@Singleton
public class CloneService {
    private final Reception reception;
    private final Workshop workshop;

    CloneService(VolumeWork work) {
        this.reception = new Reception(work);
        this.workshop = work.workshop();
    }

    /**
     * Accepts the making of a volume that reads as another does once what is before it has ended.
     *
     * @param reference of the source: id or {@code POOL:NAME}
     * @throws ProblemException if there is no such source or snapshot of it, a pool is not running
     *     or out of reach of the other's workers, the name is taken, there is no room, or too much
     *     waits already
     */
    public Operation clone(String reference, CloneRequest request, Requester requester) {
        return clone(reference, request, null, requester);
    }

    /**
     * The same from libvirt's XML.
     *
     * @param xml which is kept with the volume, or null
     */
    public Operation clone(
            String reference, CloneRequest request, @Nullable String xml, Requester requester) {
        return reception.take(
                requester,
                () -> {
                    var source = reception.existing(reference);
                    var from = workshop.pools().open(source.poolId());
                    var pool =
                            request.pool() == null ? from : workshop.pools().open(request.pool());
                    requireReach(from, pool);
                    request.requirePool(pool, from);
                    var origin = workshop.origin(source);
                    var snapshot = snapshot(source, request);
                    var bytes = snapshot.map(Snapshot::capacity).orElse(source.capacity());
                    request.requireShape(origin, bytes);
                    var capacity = request.shape().capacity(bytes);
                    var id =
                            workshop.volumes()
                                    .requested(
                                            pool,
                                            request.name(),
                                            request.format(origin),
                                            capacity,
                                            Objects.requireNonNullElse(
                                                    request.shape().permissions(),
                                                    source.permissions()),
                                            requester.tenant());
                    if (xml != null) {
                        workshop.images().givenAs(id, xml);
                    }
                    var encryption = request.encryption(origin, bytes);
                    if (encryption != null) {
                        workshop.volumes().encrypted(id, encryption);
                    }
                    var order =
                            new Reception.Order(
                                    CloneVolume.KIND,
                                    id,
                                    request.name(),
                                    pool,
                                    lane(request, source, origin, from, pool),
                                    List.of(Claim.exclusive(id), Claim.shared(source.id())),
                                    new CloneVolume.Request(
                                            source.id(),
                                            request.strategy(),
                                            snapshot.map(Snapshot::id).orElse(null),
                                            request.shape()),
                                    creationOf(source, snapshot));
                    var operation = reception.accept(order, requester);
                    workshop.ledger()
                            .reserve(
                                    pool,
                                    new Ledger.Demand(
                                            capacity, request.shape().options().takesSpace(), id));
                    return operation;
                });
    }

    /**
     * The same of a file in a pool's folder, as a worker will find it: what it is is not known
     * before, so what it cannot become is told by the end of the operation, and then nothing is
     * left of the clone but its id. A file that is a volume's is cloned as that.
     *
     * @param file as {@code POOL:NAME}
     * @throws ProblemException as for a volume, or if a snapshot is meant
     */
    public Operation cloneFile(
            String file, CloneRequest request, @Nullable String xml, Requester requester) {
        var volume = reception.holder(file);
        return volume.isPresent()
                ? clone(volume.get().id().toString(), request, xml, requester)
                : reception.take(requester, () -> cloneFileAlone(file, request, xml, requester));
    }

    private Operation cloneFileAlone(
            String file, CloneRequest request, @Nullable String xml, Requester requester) {
        var source = FileInPool.of(file, workshop.pools());
        request.requireNoSnapshot(file);
        var from = workshop.pools().open(source.pool().id());
        var pool = request.pool() == null ? from : workshop.pools().open(request.pool());
        requireReach(from, pool);
        request.requirePool(pool, from);
        var id =
                workshop.volumes()
                        .requested(
                                pool,
                                request.name(),
                                request.formatIfSaid().orElse("raw"),
                                0,
                                Permissions.VOLUME_DEFAULT,
                                requester.tenant());
        if (xml != null) {
            workshop.images().givenAs(id, xml);
        }
        return reception.accept(
                new Reception.Order(
                        CloneFile.KIND,
                        id,
                        request.name(),
                        pool,
                        request.strategy().copies() ? Lane.BULK : Lane.METADATA,
                        List.of(Claim.exclusive(id)),
                        new CloneFile.Request(from.id(), source.name(), request),
                        Set.of()),
                requester);
    }

    /**
     * Accepts the making of a volume over another one of its pool, which must not be written to any
     * more.
     *
     * @param backing the other one: id or {@code POOL:NAME}
     * @param xml as for {@link #clone(String, CloneRequest, String, Requester)}
     * @throws ProblemException as there
     */
    public Operation createOver(
            String backing, VolumeRequest request, @Nullable String xml, Requester requester) {
        return clone(backing, CloneRequest.of(request, CloneStrategy.LINKED), xml, requester);
    }

    /**
     * The same by the path of the other one's file.
     *
     * @throws ProblemException likewise, or if the file is not in the pool's folder
     */
    public Operation createOverFile(
            String file, VolumeRequest request, @Nullable String xml, Requester requester) {
        var pool = workshop.pools().named(request.pool());
        var folder = pool.place().path() + "/";
        var name = file.startsWith(folder) ? file.substring(folder.length()) : file;
        if (name.indexOf('/') >= 0) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "the backing store '%s' is not in the folder of storage pool '%s', %s"
                            .formatted(file, pool.name(), pool.place().path()));
        }
        return createOver(pool.name() + ":" + name, request, xml, requester);
    }

    private Optional<Snapshot> snapshot(Volume source, CloneRequest request) {
        if (request.snapshot() == null) {
            return Optional.empty();
        }
        var snapshot = workshop.snapshots().rows().get(source, request.snapshot());
        if (request.strategy() == CloneStrategy.LINKED) {
            snapshot.requireLinkable(source);
        }
        return Optional.of(snapshot);
    }

    private Set<UUID> creationOf(Volume source, Optional<Snapshot> snapshot) {
        var creations = new HashSet<>(reception.creationOf(source));
        snapshot.ifPresent(each -> creations.addAll(each.takenBy()));
        return creations;
    }

    /** A worker must have both folders. */
    static void requireReach(PoolView from, PoolView to) {
        if (!from.group().equals(to.group())) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED,
                    "no worker reaches both pools: '%s' is with the workers '%s', '%s' with '%s'"
                            .formatted(from.name(), from.group(), to.name(), to.group()));
        }
    }

    private static Lane lane(
            CloneRequest request, Volume source, Origin origin, PoolView from, PoolView to) {
        var quick =
                switch (request.strategy()) {
                    case REFLINK, LINKED -> true;
                    case BEST ->
                            from.reflinks()
                                    && from.id().equals(to.id())
                                    && request.snapshot() == null
                                    && !Chains.isSealed(source)
                                    && request.shape()
                                            .isThatOf(
                                                    request.format(origin),
                                                    source.format(),
                                                    source.capacity());
                    case FULL -> false;
                };
        return quick ? Lane.METADATA : Lane.BULK;
    }
}
