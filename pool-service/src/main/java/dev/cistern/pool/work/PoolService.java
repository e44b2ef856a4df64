package dev.cistern.pool.work;

import dev.cistern.common.crash.CrashPoints;
import dev.cistern.common.message.Lane;
import dev.cistern.common.operation.Claim;
import dev.cistern.common.operation.NewOperation;
import dev.cistern.common.operation.NewOperation.Requester;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.pool.Nodes;
import dev.cistern.pool.Pool;
import dev.cistern.pool.PoolDefinition;
import dev.cistern.pool.PoolSettings;
import dev.cistern.pool.PoolState;
import dev.cistern.pool.Pools;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What users do with pools. Each method is one transaction. */
@Singleton
public class PoolService {
    /** Of an operation that sends nothing. */
    private static final String NO_GROUP = "";

    private static final int CREATED = 201;

    private final PoolWork work;
    private final Pools pools;
    private final Nodes nodes;

    PoolService(PoolWork work, Pools pools, Nodes nodes) {
        this.work = work;
        this.pools = pools;
        this.nodes = nodes;
    }

    /**
     * Defines a pool; one that is inactive and has the same name and id is given the new
     * definition.
     *
     * @param view what is answered, and {@code location} where it is found later
     * @throws ProblemException if the name is taken, or the id by a pool of another name
     */
    public <T> T define(
            PoolDefinition definition,
            Requester requester,
            Function<Pool, T> view,
            Function<T, String> location) {
        return inTransaction(
                () -> {
                    var pool = defined(definition, requester);
                    pools.flush();
                    var answer = view.apply(pool);
                    work.runtime()
                            .operations()
                            .keys()
                            .note(requester, CREATED, location.apply(answer), answer);
                    return answer;
                });
    }

    private Pool defined(PoolDefinition definition, Requester requester) {
        serialiseDefinitions();
        var namesake = pools.lockNamed(definition.name());
        if (namesake.isPresent() && !namesake.get().id().equals(definition.id())) {
            throw new ProblemException(
                    ProblemCode.NAME_TAKEN,
                    "there is a storage pool '%s' already, with id %s"
                            .formatted(definition.name(), namesake.get().id()));
        }
        var before =
                definition.id() == null
                        ? null
                        : pools.lock(Objects.requireNonNull(definition.id())).orElse(null);
        var stateBefore = before == null ? null : before.state();
        var pool =
                before == null
                        ? persisted(definition, requester.tenant())
                        : redefined(before, definition, requester.tenant());
        work.events()
                .publish("defined", pool, stateBefore, requester.actor(), requester.traceparent());
        return pool;
    }

    /** Two definitions of one name at once: the second sees the first. */
    private void serialiseDefinitions() {
        work.runtime()
                .foundation()
                .jdbi()
                .useHandle(handle -> handle.execute("lock table installation in exclusive mode"));
    }

    private Pool persisted(PoolDefinition definition, String tenant) {
        var id = definition.id() == null ? UUID.randomUUID() : definition.id();
        var pool = new Pool(id, tenant, definition);
        pools.persistAndFlush(pool);
        return pool;
    }

    private Pool redefined(Pool pool, PoolDefinition definition, String tenant) {
        if (pool.state() == PoolState.UNDEFINED) {
            pool.comeBack(tenant, definition);
            return pool;
        }
        if (!pool.name().equals(definition.name())) {
            throw new ProblemException(
                    ProblemCode.NAME_TAKEN,
                    "the id %s belongs to storage pool '%s'".formatted(pool.id(), pool.name()));
        }
        requireIdle(pool);
        pool.redefine(definition);
        return pool;
    }

    private void requireIdle(Pool pool) {
        if (pool.state() != PoolState.INACTIVE) {
            throw new ProblemException(
                    ProblemCode.POOL_NOT_INACTIVE,
                    "storage pool '%s' is %s; stop it before it is defined anew"
                            .formatted(pool.name(), pool.state().text()));
        }
        work.runtime()
                .query()
                .live(pool.id())
                .ifPresent(
                        operation -> {
                            throw new ProblemException(
                                    ProblemCode.POOL_NOT_INACTIVE,
                                    "%s of storage pool '%s' has not ended; wait for it, or cancel it, before it is defined anew"
                                            .formatted(operation.kind(), pool.name()),
                                    Map.of("operation", operation.id().toString()));
                        });
    }

    /**
     * Accepts work on a pool.
     *
     * @param kind of the operation, for example {@code StartPool}
     * @param request what its use case must know
     * @throws ProblemException if there is no such pool, nothing is before this and it cannot be
     *     done, or too much waits already
     */
    public Operation submit(String pool, String kind, Object request, Requester requester) {
        work.runtime().admission().require(requester.tenant());
        return inTransaction(
                () -> {
                    var target = pools.lock(pool);
                    var verb = work.verb(kind);
                    work.runtime().operations().require(requester);
                    refuseWhatCannotBe(verb, target);
                    if (target.group() == null && verb.needsWorker(target)) {
                        target.reachedBy(nodes.onlyGroup());
                    }
                    pools.flush();
                    return work.runtime()
                            .operations()
                            .accept(operation(verb, target, request, requester.met()));
                });
    }

    private void refuseWhatCannotBe(PoolVerb verb, Pool pool) {
        if (!work.runtime().query().anyLive(pool.id())) {
            verb.refusal(pool)
                    .ifPresent(
                            problem -> {
                                throw new ProblemException(problem);
                            });
        }
    }

    private static NewOperation operation(
            PoolVerb verb, Pool pool, Object request, Requester requester) {
        return new NewOperation(
                verb.kind(),
                "pool",
                pool.id(),
                pool.name(),
                pool.id(),
                requester,
                Objects.requireNonNullElse(pool.group(), NO_GROUP),
                Lane.METADATA,
                List.of(Claim.exclusive(pool.id())),
                request,
                Set.of(),
                verb.deadline());
    }

    /** Accepts work that needs no more than its name. */
    public Operation submit(String pool, String kind, Requester requester) {
        return submit(pool, kind, Map.of(), requester);
    }

    /**
     * Changes settings of a pool at once. How its space is promised reaches the volumes with its
     * next start.
     */
    public <T> T adjust(
            String pool, PoolSettings settings, Requester requester, Function<Pool, T> view) {
        return inTransaction(
                () -> {
                    var target = pools.lock(pool);
                    target.adjust(settings);
                    publish("adjusted", target, requester);
                    if (target.becomesLow()) {
                        publish("lowspace", target, requester);
                    }
                    pools.flush();
                    return view.apply(target);
                });
    }

    private void publish(String verb, Pool pool, Requester requester) {
        work.events().publish(verb, pool, pool.state(), requester.actor(), requester.traceparent());
    }

    /** Ends an operation early. */
    public Operation cancel(UUID operation, Requester requester) {
        return inTransaction(() -> work.runtime().operations().cancel(operation, requester));
    }

    /** A pool by name or id, as it is now. */
    public <T> T get(String pool, Function<Pool, T> view) {
        return read(() -> view.apply(pools.get(pool)));
    }

    /** Pools in the order defined. */
    public <T> T list(
            @Nullable PoolState state, long after, int limit, Function<List<Pool>, T> view) {
        return read(() -> view.apply(pools.list(state, after, limit)));
    }

    private <T> T read(Callable<T> story) {
        return work.runtime().foundation().transactions().call(story);
    }

    private <T> T inTransaction(Callable<T> story) {
        var result = work.runtime().foundation().transactions().call(story);
        CrashPoints.at("outbox-commit");
        return result;
    }
}
