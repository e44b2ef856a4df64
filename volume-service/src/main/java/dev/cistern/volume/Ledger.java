package dev.cistern.volume;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.common.sql.Columns;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * How much capacity is promised in each pool. A reservation holds the pool's row to the end of its
 * transaction, so it comes last in it; whatever else changes the sum is written beside the row and
 * waits for nobody, and the next reservation adds it in. Sums may be larger than a long: what
 * images claim to be is not ours to limit.
 */
public final class Ledger {
    private final Jdbi jdbi;

    /** The ledger in the schema of {@code jdbi}. */
    public Ledger(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * Promises capacity.
     *
     * @throws ProblemException if the pool has no room for it, with what is used, requested and
     *     allowed
     */
    public void reserve(PoolView pool, long bytes) {
        reserve(pool, new Demand(bytes, false));
    }

    /**
     * The same for capacity that may take its space at once.
     *
     * @throws ProblemException likewise, or if the file system has no room for it
     */
    public void reserve(PoolView pool, Demand demand) {
        reserve(pool, List.of(demand))
                .getFirst()
                .ifPresent(
                        refusal -> {
                            throw refusal;
                        });
    }

    /**
     * Capacity that is asked for.
     *
     * @param whole whether it takes its space at once: such capacity is never promised beyond what
     *     the file system has, however often the pool's space may be promised
     * @param entered the volume that it is for, if its operation is entered already and would be
     *     counted besides; else null
     */
    public record Demand(long bytes, boolean whole, @Nullable UUID entered) {
        /** For what is not entered yet, or is no volume of its own. */
        public Demand(long bytes, boolean whole) {
            this(bytes, whole, null);
        }
    }

    /**
     * Promises capacity to several, in their order and as far as there is room.
     *
     * @return for each, in its place, why it has no promise; empty if it has
     */
    public List<Optional<ProblemException>> reserve(PoolView pool, List<Demand> demands) {
        var wanted =
                demands.stream()
                        .map(demand -> BigDecimal.valueOf(demand.bytes()))
                        .reduce(BigDecimal.ZERO, BigDecimal::add);
        lock(pool.id());
        var used = add(pool.id(), wanted).subtract(wanted);
        var taken =
                demands.stream().anyMatch(Demand::whole)
                        ? taken(pool.id(), demands)
                        : BigDecimal.ZERO;
        var promised = BigDecimal.ZERO;
        var refusals = new ArrayList<Optional<ProblemException>>();
        for (var demand : demands) {
            var bytes = BigDecimal.valueOf(demand.bytes());
            var refusal = refusal(pool, used.add(promised), demand.bytes());
            if (refusal.isEmpty() && demand.whole()) {
                refusal = noSpace(pool, taken, demand.bytes());
            }
            refusals.add(refusal);
            if (refusal.isEmpty()) {
                promised = promised.add(bytes);
                taken = demand.whole() ? taken.add(bytes) : taken;
            }
        }
        if (promised.compareTo(wanted) < 0) {
            var _ = add(pool.id(), promised.subtract(wanted));
        }
        return refusals;
    }

    /**
     * Refuses what is to take its space at once beside all that there is, for which nothing more is
     * promised.
     *
     * @throws ProblemException if the file system has no room for it
     */
    public void requireSpace(PoolView pool, long bytes) {
        noSpace(pool, taken(pool.id(), List.of()), bytes)
                .ifPresent(
                        refusal -> {
                            throw refusal;
                        });
    }

    private static Optional<ProblemException> refusal(PoolView pool, BigDecimal used, long bytes) {
        if (bytes > pool.allowed()) {
            return Optional.of(
                    new ProblemException(
                            ProblemCode.INVALID_REQUEST,
                            "%d bytes are more than storage pool '%s' may ever hold, which is %d"
                                    .formatted(bytes, pool.name(), pool.allowed()),
                            Map.of("requested", bytes, "allowed", pool.allowed())));
        }
        return used.add(BigDecimal.valueOf(bytes)).compareTo(BigDecimal.valueOf(pool.allowed())) > 0
                ? Optional.of(full(pool, clamped(used), bytes))
                : Optional.empty();
    }

    private static ProblemException full(PoolView pool, long used, long bytes) {
        return new ProblemException(
                ProblemCode.POOL_FULL,
                "storage pool '%s' has promised %d of %d bytes to its volumes; %d more do not fit"
                        .formatted(pool.name(), used, pool.allowed(), bytes),
                Map.of("used", used, "requested", bytes, "allowed", pool.allowed()));
    }

    private static Optional<ProblemException> noSpace(PoolView pool, BigDecimal taken, long bytes) {
        return taken.add(BigDecimal.valueOf(bytes)).compareTo(BigDecimal.valueOf(pool.capacity()))
                        > 0
                ? Optional.of(
                        new ProblemException(
                                ProblemCode.POOL_FULL,
                                "the file system of storage pool '%s' has %d bytes, of which its volumes take %d; %d more, allocated as a whole, do not fit"
                                        .formatted(
                                                pool.name(),
                                                pool.capacity(),
                                                clamped(taken),
                                                bytes),
                                Map.of(
                                        "used",
                                        clamped(taken),
                                        "requested",
                                        bytes,
                                        "allowed",
                                        pool.capacity())))
                : Optional.empty();
    }

    /** Bytes that volumes have taken, as last seen, or are about to take as a whole. */
    private BigDecimal taken(UUID pool, List<Demand> asking) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select coalesce(sum(case when v.state = 'CREATING' then v.capacity"
                                                + " else v.allocation end), 0) + (select coalesce(sum(h.bytes), 0)"
                                                + " from hold h where h.pool = :pool and h.whole) from volume v where v.pool = :pool"
                                                + " and not coalesce(v.id = any(:asking), false)"
                                                + " and (v.state in ('AVAILABLE', 'DELETING', 'TRASHED')"
                                                + " or v.state = 'CREATING' and exists (select from operation o"
                                                + " where o.target = v.id and o.finished_at is null and (o.kind = 'CreateVolume'"
                                                + " and o.lane = 'BULK' or o.kind in ('CloneVolume', 'CloneFile')"
                                                + " and coalesce(o.request->'shape', o.request->'wanted'->'shape')"
                                                + "->'options'->>'preallocation' in ('falloc', 'full'))))")
                                .bind("pool", pool)
                                .bind("asking", Columns.uuids(asking, Demand::entered))
                                .mapTo(BigDecimal.class)
                                .one());
    }

    private void lock(UUID pool) {
        var _ =
                jdbi.withHandle(
                        handle ->
                                handle.createQuery(
                                                "select reserved from ledger where pool = :pool for update")
                                        .bind("pool", pool)
                                        .mapTo(BigDecimal.class)
                                        .one());
    }

    /** Adds to the sum of a pool whose row is locked, and to it what is written beside it. */
    private BigDecimal add(UUID pool, BigDecimal bytes) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "with folded as (delete from ledger_entry where pool = :pool returning bytes)"
                                                + " update ledger set reserved = reserved + :bytes"
                                                + " + (select coalesce(sum(bytes), 0) from folded)"
                                                + " where pool = :pool returning reserved")
                                .bind("pool", pool)
                                .bind("bytes", bytes)
                                .mapTo(BigDecimal.class)
                                .one());
    }

    /** Takes a promise back. */
    public void release(UUID pool, long bytes) {
        note(pool, BigDecimal.valueOf(bytes).negate());
    }

    /** Takes all promises back. */
    public void releaseAll(UUID pool) {
        note(pool, sum(pool).negate());
    }

    /** Counts capacity that is there already, whatever is allowed. */
    public void count(UUID pool, long bytes) {
        note(pool, BigDecimal.valueOf(bytes));
    }

    /** The same for many volumes. */
    public void count(UUID pool, Collection<Long> bytes) {
        note(
                pool,
                bytes.stream().map(BigDecimal::valueOf).reduce(BigDecimal.ZERO, BigDecimal::add));
    }

    private void note(UUID pool, BigDecimal bytes) {
        if (bytes.signum() != 0) {
            jdbi.useHandle(
                    handle ->
                            handle.execute(
                                    "insert into ledger_entry (pool, bytes) values (?, ?)",
                                    pool,
                                    bytes));
        }
    }

    /** Bytes promised in a pool; no more than a long can say, whatever images claim to be. */
    public long reserved(UUID pool) {
        return clamped(sum(pool));
    }

    private static long clamped(BigDecimal bytes) {
        return bytes.min(BigDecimal.valueOf(Long.MAX_VALUE)).longValue();
    }

    private BigDecimal sum(UUID pool) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select coalesce((select reserved from ledger where pool = :pool), 0)"
                                                + " + coalesce((select sum(bytes) from ledger_entry where pool = :pool), 0)")
                                .bind("pool", pool)
                                .mapTo(BigDecimal.class)
                                .one());
    }
}
