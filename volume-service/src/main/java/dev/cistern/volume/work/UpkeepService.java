package dev.cistern.volume.work;

import dev.cistern.common.message.Lane;
import dev.cistern.common.message.WipeAlgorithm;
import dev.cistern.common.operation.Claim;
import dev.cistern.common.operation.NewOperation.Requester;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.Chains;
import dev.cistern.volume.ConvertRequest;
import dev.cistern.volume.Volume;
import dev.cistern.volume.VolumePatch;
import dev.cistern.volume.VolumeQuery;
import dev.cistern.volume.VolumeRequest;
import dev.cistern.volume.VolumeState;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What users have done to volumes that are there, and ask about them. */
@Singleton
public class UpkeepService {
    private final Reception reception;
    private final Workshop workshop;
    private final VolumeQuery query;

    UpkeepService(VolumeWork work) {
        this.reception = new Reception(work);
        this.workshop = work.workshop();
        this.query = new VolumeQuery(work.runtime().foundation().jdbi());
    }

    /**
     * Changes labels and description at once; a new name is an operation.
     *
     * @param reference id or {@code POOL:NAME}
     * @return the renaming, if that was asked for
     * @throws ProblemException if there is no such volume, or the name is taken
     */
    public Optional<Operation> update(String reference, VolumePatch patch, Requester requester) {
        return reception.take(
                requester,
                () -> {
                    var volume = reception.existing(reference);
                    workshop.volumes().lock(volume.id());
                    volume = workshop.volumes().get(volume.id());
                    if (patch.describes()) {
                        describe(volume, patch, requester);
                    }
                    return patch.name() == null || patch.name().equals(volume.name())
                            ? Optional.<Operation>empty()
                            : Optional.of(rename(volume, patch.name(), requester));
                });
    }

    private void describe(Volume volume, VolumePatch patch, Requester requester) {
        reception.accept(
                new Reception.Order(
                        UpdateVolume.KIND,
                        volume.id(),
                        volume.name(),
                        workshop.pools().get(volume.poolId()),
                        Lane.METADATA,
                        List.of(),
                        new UpdateVolume.Request(
                                patch.labelsOf(volume),
                                patch.descriptionOf(volume),
                                patch.secretOf(volume)),
                        Set.of()),
                requester);
    }

    private Operation rename(Volume volume, String name, Requester requester) {
        var pool = workshop.pools().open(volume.poolId());
        var kept = workshop.volumes().keepName(pool, name, volume, 0);
        return reception.accept(
                new Reception.Order(
                        RenameVolume.KIND,
                        volume.id(),
                        volume.name(),
                        pool,
                        Lane.METADATA,
                        List.of(Claim.exclusive(volume.id()), Claim.exclusive(kept)),
                        new RenameVolume.Request(name, kept),
                        reception.creationOf(volume)),
                requester);
    }

    /**
     * Accepts that a volume goes into another pool, with its id and what is said of it.
     *
     * @param reference id or {@code POOL:NAME}
     * @param target name or id of the other pool
     * @throws ProblemException if there is no such volume or pool, one of the pools is not running,
     *     no worker reaches both, the name is taken there, or there is no room
     */
    public Operation move(String reference, String target, Requester requester) {
        return reception.take(
                requester,
                () -> {
                    var volume = reception.existing(reference);
                    var from = workshop.pools().open(volume.poolId());
                    var pool = workshop.pools().open(target);
                    if (pool.id().equals(from.id())) {
                        throw new ProblemException(
                                ProblemCode.INVALID_REQUEST,
                                "volume '%s' is in storage pool '%s' already"
                                        .formatted(volume.name(), pool.name()));
                    }
                    CloneService.requireReach(from, pool);
                    var kept =
                            workshop.volumes()
                                    .keepName(pool, volume.name(), volume, volume.capacity());
                    var operation =
                            reception.accept(
                                    new Reception.Order(
                                            MoveVolume.KIND,
                                            volume.id(),
                                            volume.name(),
                                            pool,
                                            Lane.BULK,
                                            List.of(
                                                    Claim.exclusive(volume.id()),
                                                    Claim.exclusive(kept)),
                                            new MoveVolume.Request(volume.name(), kept),
                                            reception.creationOf(volume)),
                                    requester);
                    workshop.ledger().reserve(pool, volume.capacity());
                    return operation;
                });
    }

    /**
     * Accepts that a volume becomes independent of those that it builds on.
     *
     * @param reference id or {@code POOL:NAME}
     * @throws ProblemException if there is no such volume, its pool is not running, or its file
     *     does not allow it
     */
    public Operation flatten(String reference, Requester requester) {
        return reception.take(
                requester,
                () -> {
                    var volume = reception.existing(reference);
                    return reception.accept(
                            longWork(FlattenVolume.KIND, volume, withThoseBelow(volume), Map.of()),
                            requester);
                });
    }

    /** A volume is changed, and what it builds on is read. */
    private List<Claim> withThoseBelow(Volume volume) {
        var claims = new ArrayList<>(List.of(Claim.exclusive(volume.id())));
        for (var base : workshop.chains().below(volume)) {
            if (claims.stream().noneMatch(claim -> claim.resource().equals(base.id()))) {
                claims.add(Claim.shared(base.id()));
            }
        }
        return claims;
    }

    /**
     * Accepts that a volume's image becomes one of another format or with other options, under the
     * same name; it needs what it builds on no more.
     *
     * @param reference id or {@code POOL:NAME}
     * @throws ProblemException as for {@link #flatten}, or if no image can be like that
     */
    public Operation convert(String reference, ConvertRequest request, Requester requester) {
        return reception.take(
                requester,
                () -> {
                    var volume = reception.existing(reference);
                    var format = request.format(volume);
                    if (request.options().takesSpace()) {
                        workshop.ledger()
                                .requireSpace(
                                        workshop.pools().get(volume.poolId()), volume.capacity());
                    }
                    return reception.accept(
                            longWork(
                                    ConvertVolume.KIND,
                                    volume,
                                    withThoseBelow(volume),
                                    new ConvertVolume.Request(format, request.options())),
                            requester);
                });
    }

    /**
     * Accepts that what a volume has of its own is written into the one that it builds on.
     *
     * @param reference id or {@code POOL:NAME}
     * @throws ProblemException likewise, or if it builds on none, or others do too
     */
    public Operation commit(String reference, Requester requester) {
        return reception.take(
                requester,
                () -> {
                    var volume = reception.existing(reference);
                    var base = requireBase(volume);
                    return reception.accept(
                            longWork(
                                    CommitVolume.KIND,
                                    volume,
                                    List.of(
                                            Claim.exclusive(volume.id()),
                                            Claim.exclusive(base.id())),
                                    new CommitVolume.Request(base.id())),
                            requester);
                });
    }

    private Volume requireBase(Volume volume) {
        workshop.chains().requireNotSealed(volume);
        return workshop.chains()
                .base(volume)
                .filter(base -> base.snapshot() == null)
                .map(Chains.Base::volume)
                .filter(base -> !base.id().equals(volume.id()))
                .orElseThrow(
                        () ->
                                new ProblemException(
                                        ProblemCode.VOLUME_STATE,
                                        "volume '%s' builds on no volume that it could be committed to: on none, or on a snapshot, which is not written to"
                                                .formatted(volume.name())));
    }

    /**
     * Accepts that the space is given back that a volume spends on zeroes.
     *
     * @param reference id or {@code POOL:NAME}
     * @throws ProblemException as for {@link #flatten}
     */
    public Operation compact(String reference, Requester requester) {
        return onOne(CompactVolume.KIND, reference, Map.of(), requester);
    }

    /**
     * Accepts that a volume's content is overwritten.
     *
     * @param reference id or {@code POOL:NAME}
     * @throws ProblemException likewise, or if others build on it
     */
    public Operation wipe(String reference, WipeAlgorithm algorithm, Requester requester) {
        return onOne(WipeVolume.KIND, reference, new WipeVolume.Request(algorithm), requester);
    }

    private Operation onOne(String kind, String reference, Object request, Requester requester) {
        return reception.take(
                requester,
                () -> {
                    var volume = reception.existing(reference);
                    return reception.accept(
                            longWork(kind, volume, List.of(Claim.exclusive(volume.id())), request),
                            requester);
                });
    }

    private Reception.Order longWork(
            String kind, Volume volume, List<Claim> claims, Object request) {
        return new Reception.Order(
                kind,
                volume.id(),
                volume.name(),
                workshop.pools().open(volume.poolId()),
                Lane.BULK,
                claims,
                request,
                reception.creationOf(volume));
    }

    /**
     * Accepts that a volume comes back from the trash.
     *
     * @param reference its id
     * @param name that it is to have; null for the one that it had
     * @throws ProblemException if it is not in the trash, its pool is not running, or the name is
     *     taken
     */
    public Operation restore(String reference, @Nullable String name, Requester requester) {
        return reception.take(
                requester,
                () -> {
                    var volume = reception.existing(reference);
                    if (volume.state() != VolumeState.TRASHED) {
                        throw RestoreVolume.notInTrash(volume);
                    }
                    var pool = workshop.pools().open(volume.poolId());
                    var as = name == null ? volume.name() : name;
                    VolumeRequest.requireName(as);
                    var kept = workshop.volumes().keepName(pool, as, volume, 0);
                    return reception.accept(
                            new Reception.Order(
                                    RestoreVolume.KIND,
                                    volume.id(),
                                    as,
                                    pool,
                                    Lane.METADATA,
                                    List.of(Claim.exclusive(volume.id()), Claim.exclusive(kept)),
                                    new RestoreVolume.Request(as, kept),
                                    Set.of()),
                            requester);
                });
    }

    /**
     * What a volume builds on, and what builds on it.
     *
     * @param depth images in the chain that ends at the volume
     * @param lowest what the lowest of them names as its backing file
     */
    public record Graph(
            Volume volume,
            List<Chains.Base> below,
            List<Chains.Child> above,
            int depth,
            int allowedDepth,
            @Nullable String lowest) {}

    /** The chains that a volume is in. */
    public Graph graph(String reference) {
        var volume = query.get(reference);
        var chains = workshop.chains();
        return new Graph(
                volume,
                chains.bases(volume),
                chains.above(volume),
                chains.depth(volume),
                workshop.settings().chainDepth(),
                chains.lowest(volume));
    }
}
