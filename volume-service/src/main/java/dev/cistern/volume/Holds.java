package dev.cistern.volume;

import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/**
 * Capacity that operations need beyond what their volumes have: promised when they are accepted,
 * and given back when they end, once.
 */
public final class Holds {
    private final Jdbi jdbi;
    private final Ledger ledger;

    /** Holds in the schema of {@code jdbi}, counted in this ledger. */
    public Holds(Jdbi jdbi, Ledger ledger) {
        this.jdbi = jdbi;
        this.ledger = ledger;
    }

    /**
     * Promises capacity to an operation. As every reservation it comes last in its transaction.
     *
     * @param demand nothing is promised unless it is above 0
     * @throws dev.cistern.common.problem.ProblemException if the pool has no room for it
     */
    public void hold(UUID operation, UUID volume, PoolView pool, Ledger.Demand demand) {
        if (demand.bytes() <= 0) {
            return;
        }
        ledger.reserve(pool, demand);
        jdbi.useHandle(
                handle ->
                        handle.execute(
                                "insert into hold (operation, pool, volume, bytes, whole) values (?, ?, ?, ?, ?)",
                                operation,
                                pool.id(),
                                volume,
                                demand.bytes(),
                                demand.whole()));
    }

    /** Gives back what an operation that ends holds; nothing the second time. */
    public void letGo(UUID operation) {
        jdbi.useHandle(
                handle ->
                        handle.execute(
                                "with gone as (delete from hold where operation = ? returning pool, bytes)"
                                        + " insert into ledger_entry (pool, bytes) select pool, -bytes from gone",
                                operation));
    }

    /** Bytes that operations on a volume hold. */
    public long ofVolume(UUID volume) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select coalesce(sum(bytes), 0)::bigint from hold where volume = :volume")
                                .bind("volume", volume)
                                .mapTo(Long.class)
                                .one());
    }
}
