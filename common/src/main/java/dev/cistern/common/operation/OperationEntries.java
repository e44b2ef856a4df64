package dev.cistern.common.operation;

import dev.cistern.common.message.Json;
import dev.cistern.common.sql.Columns;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;

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
                    + " :actors, :groups, :lanes, :requests, :traceparents, :deadlines, :maxPaces) with ordinality"
                    + " as c (id, kind, target_type, target, target_name, pool, tenant, actor, worker_group, lane,"
                    + " request, traceparent, deadline, max_bytes_per_second, place) order by place),"
                    + " drawn as (select nextval('operation_sequence') as sequence, came.* from came),"
                    + " entered as (insert into claim (operation, resource, exclusive, sequence)"
                    + " select operation, resource, exclusive, sequence from mine join drawn on id = operation)"
                    + " insert into operation ("
                    + COLUMNS
                    + ") select sequence, id, kind, target_type, target, target_name, pool, tenant, actor, 'WAITING',"
                    + " worker_group, lane, cast(request as jsonb), traceparent, deadline, max_bytes_per_second from drawn"
                    + " returning *, not exists (select from mine join claim theirs"
                    + " on theirs.resource = mine.resource and (theirs.exclusive or mine.exclusive)"
                    + " where mine.operation = operation.id) as is_first";

    private final Jdbi jdbi;

    OperationEntries(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** A new operation, and whether it has no other before it. */
    record Entered(Operation operation, boolean first) {}

    private record Mine(UUID operation, Claim claim) {}

    /**
     * Writes operations down, in this order, and puts them at the end of the queues of what they
     * claim, whose resources the caller has locked; none may claim what another of them writes.
     */
    List<Entered> enter(Map<UUID, NewOperation> requests) {
        var ids = List.copyOf(requests.keySet());
        var all = List.copyOf(requests.values());
        var mine =
                requests.entrySet().stream()
                        .flatMap(
                                request ->
                                        request.getValue().claims().stream()
                                                .map(claim -> new Mine(request.getKey(), claim)))
                        .toList();
        var entered =
                jdbi.withHandle(
                        handle ->
                                handle.createQuery(ENTER)
                                        .bind("claimants", Columns.uuids(mine, Mine::operation))
                                        .bind(
                                                "resources",
                                                Columns.uuids(mine, one -> one.claim().resource()))
                                        .bind(
                                                "exclusives",
                                                Columns.booleans(
                                                        mine, one -> one.claim().exclusive()))
                                        .bind("ids", Columns.uuids(ids, id -> id))
                                        .bind("kinds", Columns.texts(all, NewOperation::kind))
                                        .bind("types", Columns.texts(all, NewOperation::targetType))
                                        .bind("targets", Columns.uuids(all, NewOperation::target))
                                        .bind("names", Columns.texts(all, NewOperation::targetName))
                                        .bind("pools", Columns.uuids(all, NewOperation::pool))
                                        .bind(
                                                "tenants",
                                                Columns.texts(all, one -> one.requester().tenant()))
                                        .bind(
                                                "actors",
                                                Columns.texts(all, one -> one.requester().actor()))
                                        .bind("groups", Columns.texts(all, NewOperation::group))
                                        .bind("lanes", Columns.texts(all, one -> one.lane().name()))
                                        .bind(
                                                "requests",
                                                Columns.texts(all, one -> Json.text(one.request())))
                                        .bind(
                                                "traceparents",
                                                Columns.texts(
                                                        all, one -> one.requester().traceparent()))
                                        .bind(
                                                "deadlines",
                                                Columns.longs(
                                                        all, one -> one.deadline().toSeconds()))
                                        .bind(
                                                "maxPaces",
                                                Columns.longsIfAny(
                                                        all,
                                                        one ->
                                                                one.requester()
                                                                        .terms()
                                                                        .maxBytesPerSecond()))
                                        .map(
                                                (row, _) ->
                                                        new Entered(
                                                                OperationRows.read(row),
                                                                row.getBoolean("is_first")))
                                        .list());
        return OperationRows.inOrder(ids, entered, one -> one.operation().id());
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
