package dev.cistern.volume.work;

import dev.cistern.common.message.Lane;
import dev.cistern.common.operation.Claim;
import dev.cistern.common.operation.NewOperation;
import dev.cistern.common.operation.NewOperation.Requester;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Operations;
import dev.cistern.common.operation.SharedTransactions;
import dev.cistern.common.operation.SharedTransactions.Answer;
import dev.cistern.common.operation.Transactions;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.Ledger;
import dev.cistern.volume.PoolView;
import dev.cistern.volume.VolumeEntries;
import dev.cistern.volume.VolumeEntries.Entry;
import dev.cistern.volume.VolumeRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Accepts creations of volumes. Those that come at the same time share a transaction and, for each
 * pool, a statement per table; who is refused among them is refused alone.
 */
final class Creations {
    private static final Duration DEADLINE = Duration.ofHours(1);
    private static final Duration LONG_DEADLINE = Duration.ofHours(24);

    private final Workshop workshop;
    private final VolumeEntries entries;
    private final Operations operations;
    private final SharedTransactions<Creation, Operation> shared;

    /**
     * A request for a volume, which will have this id, and libvirt's XML if it was given as such.
     */
    private record Creation(
            UUID volume, VolumeRequest request, @Nullable String xml, Requester requester) {
        Ledger.Demand demand() {
            return new Ledger.Demand(request.capacity(), request.options().takesSpace());
        }

        Entry entry() {
            return Entry.of(volume, request, requester.tenant());
        }
    }

    Creations(
            Workshop workshop,
            VolumeEntries entries,
            Operations operations,
            Transactions transactions) {
        this.workshop = workshop;
        this.entries = entries;
        this.operations = operations;
        shared = new SharedTransactions<>(transactions, this::answers);
    }

    /**
     * Accepts one.
     *
     * @param xml of libvirt, which is kept with the volume, or null
     * @throws ProblemException if the pool is not there or not running, the name is taken, or there
     *     is no room
     */
    Operation accept(VolumeRequest request, @Nullable String xml, Requester requester) {
        return shared.call(new Creation(UUID.randomUUID(), request, xml, requester));
    }

    /** Pools in one order, whoever asks for them. */
    private List<Answer<Operation>> answers(List<Creation> all) {
        var answers = new HashMap<UUID, Answer<Operation>>();
        all.stream()
                .collect(
                        Collectors.groupingBy(
                                one -> one.request().pool(), TreeMap::new, Collectors.toList()))
                .forEach((pool, alike) -> answer(pool, alike, answers));
        return all.stream().map(one -> Objects.requireNonNull(answers.get(one.volume()))).toList();
    }

    private void answer(String poolName, List<Creation> all, Map<UUID, Answer<Operation>> answers) {
        PoolView pool;
        try {
            pool = workshop.pools().open(poolName);
        } catch (ProblemException closed) {
            all.forEach(one -> answers.put(one.volume(), new Answer.Refused<>(closed)));
            return;
        }
        var named = named(pool, all, answers);
        if (!named.isEmpty()) {
            enter(pool, promised(pool, named, answers), answers);
        }
    }

    private List<Creation> named(
            PoolView pool, List<Creation> all, Map<UUID, Answer<Operation>> answers) {
        var free = entries.enter(pool, all.stream().map(Creation::entry).toList());
        for (var one : all) {
            if (!free.contains(one.volume())) {
                answers.put(
                        one.volume(),
                        new Answer.Refused<>(VolumeEntries.taken(pool, one.request().name())));
            }
        }
        return all.stream().filter(one -> free.contains(one.volume())).toList();
    }

    private List<Creation> promised(
            PoolView pool, List<Creation> all, Map<UUID, Answer<Operation>> answers) {
        var refusals = workshop.ledger().reserve(pool, all.stream().map(Creation::demand).toList());
        var promised = new ArrayList<Creation>();
        var refused = new ArrayList<UUID>();
        for (var index = 0; index < all.size(); index++) {
            var one = all.get(index);
            if (refusals.get(index).isPresent()) {
                answers.put(one.volume(), new Answer.Refused<>(refusals.get(index).get()));
                refused.add(one.volume());
            } else {
                promised.add(one);
            }
        }
        if (!refused.isEmpty()) {
            entries.withdraw(refused);
        }
        return promised;
    }

    private void enter(PoolView pool, List<Creation> all, Map<UUID, Answer<Operation>> answers) {
        for (var one : all) {
            if (one.xml() != null) {
                workshop.images().givenAs(one.volume(), one.xml());
            }
            if (one.request().options().encryption() != null) {
                workshop.volumes().encrypted(one.volume(), one.request().options().encryption());
            }
        }
        operations
                .acceptAll(all.stream().map(one -> ready(pool, one)).toList())
                .forEach(
                        accepted -> answers.put(accepted.target(), new Answer.Granted<>(accepted)));
    }

    private static Operations.Ready ready(PoolView pool, Creation creation) {
        return new Operations.Ready(
                operation(pool, creation),
                CreateVolume.of(pool, creation.entry(), creation.request().options()));
    }

    private static NewOperation operation(PoolView pool, Creation creation) {
        var options = creation.request().options();
        return new NewOperation(
                CreateVolume.KIND,
                "volume",
                creation.volume(),
                creation.request().name(),
                pool.id(),
                creation.requester(),
                pool.group(),
                options.takesSpace() ? Lane.BULK : Lane.METADATA,
                List.of(Claim.exclusive(creation.volume())),
                options,
                Set.of(),
                options.takesSpace() ? LONG_DEADLINE : DEADLINE);
    }
}
