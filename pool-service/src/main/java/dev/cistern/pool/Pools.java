package dev.cistern.pool;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.inject.Singleton;
import jakarta.persistence.LockModeType;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The rows of pools. Every method needs a transaction. */
@Singleton
public class Pools implements PanacheRepositoryBase<Pool, UUID> {
    private static final String DEFINED = " and state <> ?2";

    /**
     * A pool by name, else by id.
     *
     * @throws ProblemException if there is none
     */
    public Pool get(String nameOrId) {
        return named(nameOrId, LockModeType.NONE)
                .or(() -> withId(nameOrId))
                .orElseThrow(() -> notFound(nameOrId));
    }

    /** The same, locked until the end of the transaction. */
    public Pool lock(String nameOrId) {
        var pool = get(nameOrId);
        getEntityManager().refresh(pool, LockModeType.PESSIMISTIC_WRITE);
        if (pool.state() == PoolState.UNDEFINED) {
            throw notFound(nameOrId);
        }
        return pool;
    }

    /** A pool, defined or not, locked. */
    public Optional<Pool> lock(UUID id) {
        return findByIdOptional(id, LockModeType.PESSIMISTIC_WRITE);
    }

    /** Locks those of the pools that are there, in the order that all keep to. */
    public void lockAll(Collection<UUID> ids) {
        find("id in ?1 order by id", ids).withLock(LockModeType.PESSIMISTIC_WRITE).list();
    }

    /** A pool by name, locked. */
    public Optional<Pool> lockNamed(String name) {
        return named(name, LockModeType.PESSIMISTIC_WRITE);
    }

    /** The pool of an operation, whose row the operation has locked. */
    public Pool of(UUID id) {
        return findByIdOptional(id)
                .orElseThrow(() -> new IllegalStateException("there is no pool " + id));
    }

    /** Pools in the order defined. */
    public List<Pool> list(@Nullable PoolState state, long after, int limit) {
        var query =
                state == null
                        ? find(
                                "position > ?1" + DEFINED + " order by position",
                                after,
                                PoolState.UNDEFINED)
                        : find("position > ?1 and state = ?2 order by position", after, state);
        return query.range(0, limit - 1).list();
    }

    /** All that are not undefined. */
    public List<Pool> defined() {
        return list("state <> ?1 order by position", PoolState.UNDEFINED);
    }

    private Optional<Pool> named(String name, LockModeType mode) {
        return find("name = ?1" + DEFINED, name, PoolState.UNDEFINED)
                .withLock(mode)
                .firstResultOptional();
    }

    private Optional<Pool> withId(String text) {
        try {
            return findByIdOptional(UUID.fromString(text))
                    .filter(pool -> pool.state() != PoolState.UNDEFINED);
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static ProblemException notFound(String nameOrId) {
        return new ProblemException(
                ProblemCode.POOL_NOT_FOUND, "there is no storage pool '%s'".formatted(nameOrId));
    }
}
