package dev.cistern.volume;

import dev.cistern.common.message.InternalEvent.PoolOpened;
import dev.cistern.common.message.Json;
import dev.cistern.common.message.PoolFigures;
import dev.cistern.common.message.PoolMount;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The rows of the view of pools. Each method is one statement in the caller's transaction. */
public final class PoolViews {
    private final Jdbi jdbi;

    /** The view in the schema of {@code jdbi}. */
    public PoolViews(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** A closing that was asked for, by which operation of pool-service. */
    public record Closing(UUID pool, UUID operation, long epoch) {}

    /** A pool. */
    public Optional<PoolView> find(UUID id) {
        return one("select * from pool_view where id = :key", id);
    }

    /** A pool that a volume is in. */
    public PoolView get(UUID id) {
        return find(id).orElseThrow(() -> new IllegalStateException("there is no pool " + id));
    }

    /** A pool, locked for writing. */
    public Optional<PoolView> lock(UUID id) {
        return one("select * from pool_view where id = :key for update", id);
    }

    /**
     * A pool that takes work; it goes on doing so until the end of the transaction.
     *
     * @param nameOrId a name is looked for first
     * @throws ProblemException if there is none, or it is not running
     */
    public PoolView open(String nameOrId) {
        var pool =
                one(
                                "select * from pool_view where name = :key and state <> 'FORGOTTEN'"
                                        + " order by state = 'OPEN' desc, epoch desc limit 1 for share",
                                nameOrId)
                        .or(() -> withId(nameOrId))
                        .orElseThrow(() -> notFound(nameOrId));
        return requireOpen(pool);
    }

    /**
     * A pool, whether it takes work or not.
     *
     * @param nameOrId a name is looked for first
     * @throws ProblemException if there is none
     */
    public PoolView named(String nameOrId) {
        return find(nameOrId).orElseThrow(() -> notFound(nameOrId));
    }

    /** The same; empty if there is none. */
    public Optional<PoolView> find(String nameOrId) {
        return one(
                "select * from pool_view where (name = :key or id::text = :key)"
                        + " and state <> 'FORGOTTEN' order by name = :key desc, epoch desc limit 1",
                nameOrId);
    }

    private static ProblemException notFound(String nameOrId) {
        return new ProblemException(
                ProblemCode.POOL_NOT_FOUND,
                "there is no storage pool '%s' that was ever started".formatted(nameOrId));
    }

    /** The same for the pool of a volume. */
    public PoolView open(UUID id) {
        return requireOpen(
                one("select * from pool_view where id = :key for share", id)
                        .orElseThrow(() -> new IllegalStateException("there is no pool " + id)));
    }

    private Optional<PoolView> withId(String text) {
        try {
            return one("select * from pool_view where id = :key for share", UUID.fromString(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static PoolView requireOpen(PoolView pool) {
        return switch (pool.state()) {
            case OPEN -> pool;
            case CLOSING -> throw refused(pool, "is being stopped");
            case CLOSED -> throw refused(pool, "is not running; start it first");
            case FORGOTTEN -> throw notFound(pool.name());
        };
    }

    private static ProblemException refused(PoolView pool, String why) {
        return new ProblemException(
                ProblemCode.POOL_NOT_RUNNING, "storage pool '%s' %s".formatted(pool.name(), why));
    }

    /** Opens a pool; false if a later epoch is known. */
    public boolean opened(PoolOpened event) {
        return jdbi.withHandle(
                handle -> {
                    var rows =
                            handle.createUpdate(
                                            "insert into pool_view (id, name, tenant, state, epoch, worker_group, installation,"
                                                    + " path, mount, capacity, allocation, available, allowed) values (:id, :name,"
                                                    + " :tenant, 'OPEN', :epoch, :group, :installation, :path, :mount, :capacity,"
                                                    + " :allocation, :available, :allowed)"
                                                    + " on conflict (id) do update set name = :name, tenant = :tenant,"
                                                    + " state = 'OPEN', epoch = :epoch, worker_group = :group,"
                                                    + " installation = :installation, path = :path, mount = :mount, scan = null, capacity = :capacity,"
                                                    + " allocation = :allocation, available = :available,"
                                                    + " allowed = :allowed, closing_for = null"
                                                    + " where pool_view.epoch < :epoch")
                                    .bind("id", event.poolId())
                                    .bind("name", event.name())
                                    .bind("tenant", event.tenant())
                                    .bind("epoch", event.place().epoch())
                                    .bind("group", event.group())
                                    .bind("installation", event.place().installation())
                                    .bind("path", event.place().path())
                                    .bind("mount", text(event.place().mount()))
                                    .bind("capacity", event.figures().capacity())
                                    .bind("allocation", event.figures().allocation())
                                    .bind("available", event.figures().available())
                                    .bind("allowed", event.allowed())
                                    .execute();
                    handle.execute(
                            "insert into ledger (pool, reserved) values (?, 0) on conflict do nothing",
                            event.poolId());
                    return rows == 1;
                });
    }

    private static @Nullable String text(@Nullable PoolMount mount) {
        return mount == null ? null : Json.text(mount);
    }

    /** The pool takes no new work; false if a later epoch is known. */
    public boolean closing(UUID pool, UUID operation, long epoch) {
        return update(
                "update pool_view set state = 'CLOSING', epoch = ?, closing_for = ? where id = ? and epoch < ?",
                epoch,
                operation,
                pool,
                epoch);
    }

    /** Pools that are closing and on which nothing runs any more become closed. */
    public List<Closing> closeIdle() {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "update pool_view p set state = 'CLOSED' where p.state = 'CLOSING' and not exists"
                                                + " (select from operation o where o.pool = p.id and o.finished_at is null)"
                                                + " and not exists (select from claim c join volume v on v.id = c.resource"
                                                + " where v.pool = p.id)"
                                                + " returning p.id, p.closing_for, p.epoch")
                                .map(
                                        (row, _) ->
                                                new Closing(
                                                        row.getObject("id", UUID.class),
                                                        row.getObject("closing_for", UUID.class),
                                                        row.getLong("epoch")))
                                .list());
    }

    /** The pool is undefined; it may come back by being opened. */
    public void forgotten(UUID pool) {
        update("update pool_view set state = 'FORGOTTEN', scan = null where id = ?", pool);
        update("delete from pool_file where pool = ?", pool);
        update("delete from leftover where pool = ?", pool);
    }

    /** Whether any pool is closing. */
    public boolean anyClosing() {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select exists (select from pool_view where state = 'CLOSING')")
                                .mapTo(Boolean.class)
                                .one());
    }

    /** A scan has told which files are in it. */
    public void scanned(UUID pool, UUID scan) {
        update("update pool_view set scan = ? where id = ?", scan, pool);
    }

    /** The file system's figures were seen. */
    public void measured(UUID pool, PoolFigures figures) {
        update(
                "update pool_view set capacity = ?, allocation = ?, available = ? where id = ?",
                figures.capacity(),
                figures.allocation(),
                figures.available(),
                pool);
    }

    /** A clone has shown whether files of the pool can share their blocks. */
    public void clonesByReflink(UUID pool, boolean reflinks) {
        update(
                "update pool_view set reflinks = ? where id = ? and reflinks is distinct from ?",
                reflinks,
                pool,
                reflinks);
    }

    private boolean update(String sql, Object... values) {
        return jdbi.withHandle(handle -> handle.execute(sql, values)) == 1;
    }

    private Optional<PoolView> one(String sql, Object key) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(sql)
                                .bind("key", key)
                                .map((row, _) -> read(row))
                                .findOne());
    }

    private static PoolView read(ResultSet row) throws SQLException {
        return new PoolView(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getString("tenant"),
                PoolView.State.valueOf(row.getString("state")),
                row.getLong("epoch"),
                row.getString("worker_group"),
                row.getObject("installation", UUID.class),
                row.getString("path"),
                mount(row.getString("mount")),
                row.getObject("scan", UUID.class),
                row.getLong("capacity"),
                row.getLong("available"),
                row.getLong("allowed"),
                row.getBoolean("reflinks"));
    }

    private static @Nullable PoolMount mount(@Nullable String json) {
        return json == null ? null : Json.readOwn(json, PoolMount.class);
    }
}
