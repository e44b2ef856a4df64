package dev.cistern.volume.work;

import dev.cistern.common.message.Lane;
import dev.cistern.common.operation.Claim;
import dev.cistern.common.operation.NewOperation.Requester;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.CloneRequest;
import dev.cistern.volume.PoolView;
import jakarta.inject.Singleton;
import java.util.List;

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
     * @throws ProblemException if there is no such source, a pool is not running or out of reach of
     *     the other's workers, the name is taken, there is no room, or too much waits already
     */
    public Operation clone(String reference, CloneRequest request, Requester requester) {
        return reception.take(
                requester,
                () -> {
                    var source = reception.existing(reference);
                    var from = workshop.pools().open(source.poolId());
                    var pool =
                            request.pool() == null ? from : workshop.pools().open(request.pool());
                    requireReach(from, pool);
                    request.requirePool(pool, source);
                    var id =
                            workshop.volumes()
                                    .requested(
                                            pool,
                                            request.name(),
                                            source,
                                            request.format(source),
                                            requester.tenant());
                    var order =
                            new Reception.Order(
                                    CloneVolume.KIND,
                                    id,
                                    request.name(),
                                    pool,
                                    lane(request, from, pool),
                                    List.of(Claim.exclusive(id), Claim.shared(source.id())),
                                    new CloneVolume.Request(source.id(), request.strategy()),
                                    reception.creationOf(source));
                    var operation = reception.accept(order, requester);
                    workshop.ledger().reserve(pool, source.capacity());
                    return operation;
                });
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

    private static Lane lane(CloneRequest request, PoolView from, PoolView to) {
        var quick =
                switch (request.strategy()) {
                    case REFLINK, LINKED -> true;
                    case BEST -> from.reflinks() && from.id().equals(to.id());
                    case FULL -> false;
                };
        return quick ? Lane.METADATA : Lane.BULK;
    }
}
