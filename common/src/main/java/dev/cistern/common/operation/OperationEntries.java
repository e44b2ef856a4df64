package dev.cistern.common.operation;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Json;
import dev.cistern.common.sql.Columns;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Writes new operations down: each method one statement, in the caller's transaction. */
final class OperationEntries {
    private static final String COLUMNS =
            "sequence, id, kind, target_type, target, target_name, pool, tenant, actor, state,"
                    + " worker_group, lane, request, traceparent, deadline, max_bytes_per_second";

    private static final String VALUES =
            ":sequence, :id, :kind, :type, :target, :name, :pool, :tenant, :actor, 'WAITING',"
                    + " :group, :lane, cast(:request as jsonb), :traceparent, :deadline, :maxPace";

    /** All claims that are there have lower sequence numbers; ours are not seen yet. */
    private static final String ENTER =
            "with mine as (select * from unnest(:claimants, :resources, :exclusives)"
                    + " as m (operation, resource, exclusive)),"
                    + " came as (select * from unnest(:ids, :kinds, :types, :targets, :names, :pools, :tenants,"
                    + " :actors, :groups, :lanes, :requests, :traceparents, :deadlines, :maxPaces, :commands) with ordinality"
                    + " as c (id, kind, target_type, target, target_name, pool, tenant, actor, worker_group, lane,"
                    + " request, traceparent, deadline, max_bytes_per_second, command, place) order by place),"
                    + " drawn as (select nextval('operation_sequence') as sequence, came.* from came),"
                    + " entered as (insert into claim (operation, resource, exclusive, sequence)"
                    + " select operation, resource, exclusive, sequence from mine join drawn on id = operation)"
                    + " insert into operation ("
                    + COLUMNS
                    + ", command, deadline_at) select sequence, id, kind, target_type, target, target_name, pool, tenant,"
                    + " actor, case when command is null then 'WAITING' else 'QUEUED' end, worker_group, lane,"
                    + " cast(request as jsonb), traceparent, deadline, max_bytes_per_second, cast(command as jsonb),"
                    + " case when command is not null then (select seconds from running_clock) + deadline end from drawn"
                    + " returning *, not exists (select from mine join claim theirs"
                    + " on theirs.resource = mine.resource and (theirs.exclusive or mine.exclusive)"
                    + " where mine.operation = operation.id) as is_first";

    private final Jdbi jdbi;

    OperationEntries(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * A new operation.
     *
     * @param command if its turn has come, else null
     */
    record Entry(UUID id, NewOperation request, @Nullable Command command) {}

    /** A new operation, and whether it has no other before it. */
    record Entered(Operation operation, boolean first) {}

    private record Mine(UUID operation, Claim claim) {
        static Stream<Mine> of(Entry entry) {
            return entry.request().claims().stream().map(claim -> new Mine(entry.id(), claim));
        }
    }

    /**
     * Writes operations down, in this order, and puts them at the end of the queues of what they
     * claim, whose resources the caller has locked; none may claim what another of them writes.
     */
    List<Entered> enter(List<Entry> entries) {
        var entered =
                jdbi.withHandle(
                        handle ->
                                bound(handle.createQuery(ENTER), entries)
                                        .map(
                                                (row, _) ->
                                                        new Entered(
                                                                OperationRows.read(row),
                                                                row.getBoolean("is_first")))
                                        .list());
        return OperationRows.inOrder(
                entries.stream().map(Entry::id).toList(), entered, one -> one.operation().id());
    }

    private static Query bound(Query insertion, List<Entry> entries) {
        var mine = entries.stream().flatMap(Mine::of).toList();
        var all = entries.stream().map(Entry::request).toList();
        return insertion
                .bind("claimants", Columns.uuids(mine, Mine::operation))
                .bind("resources", Columns.uuids(mine, one -> one.claim().resource()))
                .bind("exclusives", Columns.booleans(mine, one -> one.claim().exclusive()))
                .bind("ids", Columns.uuids(entries, Entry::id))
                .bind("commands", Columns.texts(entries, OperationEntries::command))
                .bind("kinds", Columns.texts(all, NewOperation::kind))
                .bind("types", Columns.texts(all, NewOperation::targetType))
                .bind("targets", Columns.uuids(all, NewOperation::target))
                .bind("names", Columns.texts(all, NewOperation::targetName))
                .bind("pools", Columns.uuids(all, NewOperation::pool))
                .bind("tenants", Columns.texts(all, one -> one.requester().tenant()))
                .bind("actors", Columns.texts(all, one -> one.requester().actor()))
                .bind("groups", Columns.texts(all, NewOperation::group))
                .bind("lanes", Columns.texts(all, one -> one.lane().name()))
                .bind("requests", Columns.texts(all, one -> Json.text(one.request())))
                .bind("traceparents", Columns.texts(all, one -> one.requester().traceparent()))
                .bind("deadlines", Columns.longs(all, one -> one.deadline().toSeconds()))
                .bind(
                        "maxPaces",
                        Columns.longsIfAny(
                                all, one -> one.requester().terms().maxBytesPerSecond()));
    }

    private static @Nullable String command(Entry entry) {
        return entry.command() == null ? null : Json.text(entry.command());
    }

    /** Writes down an operation that settles another. */
    Operation insert(UUID id, NewOperation request, long sequence, UUID settles) {
        return jdbi.withHandle(
                handle ->
                        bound(
                                        handle.createQuery(
                                                "insert into operation ("
                                                        + COLUMNS
                                                        + ", settles) values ("
                                                        + VALUES
                                                        + ", :settles) returning *"),
                                        id,
                                        request)
                                .bind("sequence", sequence)
                                .bind("settles", settles)
                                .map((row, _) -> OperationRows.read(row))
                                .one());
    }

    private static Query bound(Query insertion, UUID id, NewOperation request) {
        return insertion
                .bind("id", id)
                .bind("kind", request.kind())
                .bind("type", request.targetType())
                .bind("target", request.target())
                .bind("name", request.targetName())
                .bind("pool", request.pool())
                .bind("tenant", request.requester().tenant())
                .bind("actor", request.requester().actor())
                .bind("group", request.group())
                .bind("lane", request.lane())
                .bind("request", Json.text(request.request()))
                .bind("traceparent", request.requester().traceparent())
                .bind("deadline", request.deadline().toSeconds())
                .bind("maxPace", request.requester().terms().maxBytesPerSecond());
    }
}
