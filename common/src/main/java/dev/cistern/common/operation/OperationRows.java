package dev.cistern.common.operation;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Json;
import dev.cistern.common.message.Lane;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The table of operations: each method one statement, in the caller's transaction. */
final class OperationRows {
    private final Jdbi jdbi;

    OperationRows(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** A statement returns its rows in whatever order. */
    static <T> List<T> inOrder(List<UUID> ids, List<T> rows, Function<T, UUID> id) {
        var byId = rows.stream().collect(Collectors.toMap(id, Function.identity()));
        return ids.stream().flatMap(one -> Stream.ofNullable(byId.get(one))).toList();
    }

    Optional<Operation> find(UUID id) {
        return one("select * from operation where id = :id", id);
    }

    Optional<Operation> lock(UUID id) {
        return one("select * from operation where id = :id for update", id);
    }

    /** Those that are there, in this order. */
    List<Operation> find(List<UUID> ids) {
        return several("select * from operation where id = any(:ids)", ids);
    }

    /** The same, locked in the order of their ids. */
    List<Operation> lock(List<UUID> ids) {
        return several("select * from operation where id = any(:ids) order by id for update", ids);
    }

    private List<Operation> several(String sql, List<UUID> ids) {
        var found =
                jdbi.withHandle(
                        handle ->
                                handle.createQuery(sql)
                                        .bind("ids", ids.toArray(UUID[]::new))
                                        .map((row, _) -> read(row))
                                        .list());
        return inOrder(ids, found, Operation::id);
    }

    private Optional<Operation> one(String sql, UUID id) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(sql)
                                .bind("id", id)
                                .map((row, _) -> read(row))
                                .findOne());
    }

    /** Their turn has come: what is to be sent is known, and the deadline starts to run. */
    void ready(Map<UUID, Command> commands) {
        jdbi.useHandle(
                handle ->
                        handle.createUpdate(
                                        "update operation o set state = 'QUEUED', command = cast(c.command as jsonb),"
                                                + " attempts_before = attempt, updated_at = now(), deadline_at ="
                                                + " coalesce(deadline_at, (select seconds from running_clock) + deadline)"
                                                + " from unnest(:ids, :commands) as c (id, command) where o.id = c.id")
                                .bind("ids", Columns.uuids(commands.keySet(), id -> id))
                                .bind("commands", Columns.texts(commands.values(), Json::text))
                                .execute());
    }

    /** The services talk about it. */
    void conversing(UUID id, String stage) {
        execute(
                "update operation set state = 'RUNNING', stage = :value, updated_at = now(),"
                        + " started_at = coalesce(started_at, now()),"
                        + " deadline_at = coalesce(deadline_at, (select seconds from running_clock) + deadline)"
                        + " where id = :id",
                id,
                stage);
    }

    /** Its command is done; what follows is not a worker's. */
    void withoutCommand(UUID id) {
        jdbi.useHandle(
                handle ->
                        handle.execute(
                                "update operation set attempts_before = attempt, command = null where id = ?",
                                id));
    }

    /** Sent for the first time, without those that have ended or gone otherwise; oldest first. */
    List<Operation> sent(Collection<UUID> ids) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "with gone as (update operation set attempt = attempt + 1, updated_at = now()"
                                                + " where id = any(:ids) and state = 'QUEUED' and attempt = attempts_before"
                                                + " returning *) select * from gone order by sequence")
                                .bind("ids", ids.toArray(UUID[]::new))
                                .map((row, _) -> read(row))
                                .list());
    }

    /** Sent once more; empty if another has done so, or it has moved on. */
    Optional<Operation> sentAgain(UUID id, int attempt) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "update operation set attempt = attempt + 1, updated_at = now() where id = :id"
                                                + " and attempt = :attempt and attempt > attempts_before"
                                                + " and state in ('QUEUED', 'RUNNING') returning *")
                                .bind("id", id)
                                .bind("attempt", attempt)
                                .map((row, _) -> read(row))
                                .findOne());
    }

    /** Whether a settling of the operation was begun, ended or not. */
    boolean hasHeir(UUID id) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select exists (select from operation where settles = :id)")
                                .bind("id", id)
                                .mapTo(Boolean.class)
                                .one());
    }

    void cancelling(UUID id, Problem problem) {
        execute(
                "update operation set state = 'CANCELLING', problem = cast(:value as jsonb), updated_at = now()"
                        + " where id = :id",
                id,
                Json.text(problem));
    }

    /** Ends it; returns it as it is then. */
    Operation succeeded(UUID id, Object result) {
        return succeeded(Map.of(id, result)).getFirst();
    }

    /** Ends them, each with its result; returns them as they are then, in the order given. */
    List<Operation> succeeded(Map<UUID, ?> results) {
        var ended =
                jdbi.withHandle(
                        handle ->
                                handle.createQuery(
                                                "update operation o set state = 'SUCCEEDED', stage = '', problem = null,"
                                                        + " result = cast(r.result as jsonb), updated_at = now(),"
                                                        + " started_at = coalesce(started_at, now()), finished_at = now()"
                                                        + " from unnest(:ids, :results) as r (id, result)"
                                                        + " where o.id = r.id returning o.*")
                                        .bind("ids", Columns.uuids(results.keySet(), id -> id))
                                        .bind(
                                                "results",
                                                Columns.texts(results.values(), Json::text))
                                        .map((row, _) -> read(row))
                                        .list());
        return inOrder(List.copyOf(results.keySet()), ended, Operation::id);
    }

    /** Ends it otherwise; returns it as it is then. */
    Operation failed(UUID id, OperationState end, Problem problem) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "update operation set state = :state, problem = cast(:problem as jsonb),"
                                                + " updated_at = now(), finished_at = now() where id = :id returning *")
                                .bind("id", id)
                                .bind("state", end)
                                .bind("problem", Json.text(problem))
                                .map((row, _) -> read(row))
                                .one());
    }

    List<UUID> dependents(UUID id) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select d.operation from dependency d join operation o on o.id = d.operation"
                                                + " where d.depends_on = :id and o.finished_at is null order by o.sequence")
                                .bind("id", id)
                                .mapTo(UUID.class)
                                .list());
    }

    void depend(UUID id, Collection<UUID> bases) {
        jdbi.useHandle(
                handle -> {
                    for (var base : bases) {
                        handle.execute(
                                "insert into dependency (operation, depends_on) values (?, ?)",
                                id,
                                base);
                    }
                });
    }

    /** Operations that this one depends on and that have failed. */
    Optional<Operation> failedBase(UUID id) {
        return one(
                "select o.* from operation o join dependency d on d.depends_on = o.id"
                        + " where d.operation = :id and o.state in ('FAILED', 'CANCELLED') order by o.sequence limit 1",
                id);
    }

    /** The one before this on the same target, ended or not. */
    Optional<Operation> before(Operation operation) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select * from operation where target = :target and sequence < :sequence"
                                                + " and settles is null order by sequence desc limit 1")
                                .bind("target", operation.target())
                                .bind("sequence", operation.sequence())
                                .map((row, _) -> read(row))
                                .findOne());
    }

    private void execute(String sql, UUID id, String value) {
        jdbi.useHandle(
                handle -> handle.createUpdate(sql).bind("id", id).bind("value", value).execute());
    }

    static Operation read(ResultSet row) throws SQLException {
        return new Operation(
                row.getObject("id", UUID.class),
                row.getLong("sequence"),
                row.getString("kind"),
                row.getString("target_type"),
                row.getObject("target", UUID.class),
                row.getString("target_name"),
                row.getObject("pool", UUID.class),
                row.getString("tenant"),
                row.getString("actor"),
                OperationState.valueOf(row.getString("state")),
                row.getString("stage"),
                row.getLong("bytes_done"),
                row.getLong("bytes_total"),
                row.getLong("bytes_per_second"),
                row.getObject("max_bytes_per_second", Long.class),
                row.getString("worker_group"),
                Lane.valueOf(row.getString("lane")),
                row.getString("request"),
                row.getString("command"),
                row.getInt("attempt"),
                row.getInt("attempts_before"),
                row.getString("worker"),
                row.getObject("settles", UUID.class),
                row.getString("traceparent"),
                row.getLong("deadline"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                instant(row, "started_at"),
                row.getObject("updated_at", OffsetDateTime.class).toInstant(),
                instant(row, "finished_at"),
                row.getString("problem"),
                row.getString("result"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
