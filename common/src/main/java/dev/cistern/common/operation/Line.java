package dev.cistern.common.operation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;

/**
 * The queues in front of the resources. An operation stands in the queue of each resource that it
 * claims and may go when no conflicting claim is before it in any.
 *
 * <p>The order is right because whoever enters or leaves first locks the rows of the resources, in
 * the order of their ids, and only then draws a sequence number: a lower number is always visible
 * to who looks behind it.
 */
final class Line {
    private final Jdbi jdbi;
    private final String resourceTable;

    /**
     * The queues of a service.
     *
     * @param resourceTable the table whose rows are claimed, with a column {@code id}
     */
    Line(Jdbi jdbi, String resourceTable) {
        this.jdbi = jdbi;
        this.resourceTable = resourceTable;
    }

    /**
     * Locks what is claimed: shared for a reader, else for writing.
     *
     * @throws IllegalStateException if a row is not there: without it nothing would keep the order
     */
    void lockResources(Collection<Claim> claims) {
        var alike = new ArrayList<Claim>();
        for (var claim :
                claims.stream()
                        .sorted(Comparator.comparing(Claim::resource, Line::unsigned))
                        .toList()) {
            if (!alike.isEmpty() && alike.getLast().exclusive() != claim.exclusive()) {
                lockAlike(alike);
                alike.clear();
            }
            alike.add(claim);
        }
        lockAlike(alike);
    }

    private void lockAlike(List<Claim> claims) {
        if (claims.isEmpty()) {
            return;
        }
        var missing = claims.stream().map(Claim::resource).collect(Collectors.toSet());
        missing.removeAll(lock(missing, claims.getFirst().exclusive() ? "update" : "share"));
        if (!missing.isEmpty()) {
            throw new IllegalStateException(
                    "%s cannot be claimed: table %s has no such row; write it before the operation is accepted"
                            .formatted(missing.iterator().next(), resourceTable));
        }
    }

    /**
     * Locks for writing whatever a change of these operations can reach: what they claim and are
     * done to, and the claims of those that depend on them or wait behind them.
     */
    void lockAround(Collection<UUID> operations) {
        lock(around(operations));
    }

    /** The same, with what came within reach before the locks were had. */
    void lockAllAround(Collection<UUID> operations) {
        var locked = Set.<UUID>of();
        for (var within = around(operations);
                !locked.containsAll(within);
                within = around(operations)) {
            lock(within);
            locked = within;
        }
    }

    private Set<UUID> around(Collection<UUID> operations) {
        var own = own(operations);
        return own.alone() ? own.resources() : allAround(operations);
    }

    /**
     * What operations claim and are done to.
     *
     * @param alone whether no other operation claims it or depends on them, as most of the time
     */
    private record Own(Set<UUID> resources, boolean alone) {}

    private Own own(Collection<UUID> operations) {
        var byCompany =
                jdbi.withHandle(
                        handle ->
                                handle.createQuery(
                                                "with own as materialized (select resource from claim where operation = any(:ids)"
                                                        + " union select target from operation where id = any(:ids))"
                                                        + " select resource, exists (select from dependency where depends_on = any(:ids))"
                                                        + " or exists (select from claim c where c.resource = own.resource"
                                                        + " and not c.operation = any(:ids) offset 0) as in_company from own")
                                        .bind("ids", operations.toArray(UUID[]::new))
                                        .map(
                                                (row, _) ->
                                                        Map.entry(
                                                                row.getObject(
                                                                        "resource", UUID.class),
                                                                row.getBoolean("in_company")))
                                        .collect(
                                                Collectors.toMap(
                                                        Map.Entry::getKey, Map.Entry::getValue)));
        return new Own(byCompany.keySet(), !byCompany.containsValue(true));
    }

    private void lock(Set<UUID> resources) {
        if (!resources.isEmpty()) {
            var _ = lock(resources, "update");
        }
    }

    private List<UUID> lock(Set<UUID> resources, String mode) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select id from %s where id = any(:resources) order by id for %s"
                                                .formatted(resourceTable, mode))
                                .bind("resources", resources.toArray(UUID[]::new))
                                .mapTo(UUID.class)
                                .list());
    }

    /**
     * {@code offset 0}: looked up for each operation; what is estimated to be few, such as all that
     * wait, is many when it matters.
     */
    private Set<UUID> allAround(Collection<UUID> operations) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "with recursive involved (id) as (select unnest(:ids) union"
                                                + " select d.operation from involved i cross join lateral"
                                                + " (select operation from dependency where depends_on = i.id offset 0) d"
                                                + " join operation o on o.id = d.operation where o.finished_at is null)"
                                                + " select c.resource from involved i cross join lateral"
                                                + " (select resource from claim where operation = i.id offset 0) c"
                                                + " union select theirs.resource from involved i cross join lateral"
                                                + " (select behind.operation from claim mine join claim behind"
                                                + " on behind.resource = mine.resource and behind.sequence > mine.sequence"
                                                + " where mine.operation = i.id offset 0) b"
                                                + " join operation o on o.id = b.operation and o.state = 'WAITING'"
                                                + " join claim theirs on theirs.operation = o.id"
                                                + " union select target from operation where id = any(:ids)")
                                .bind("ids", operations.toArray(UUID[]::new))
                                .mapTo(UUID.class)
                                .collect(Collectors.toSet()));
    }

    long draw() {
        return jdbi.withHandle(
                handle ->
                        handle.select("select nextval('operation_sequence')")
                                .mapTo(Long.class)
                                .one());
    }

    void enter(UUID operation, long sequence, Collection<Claim> claims) {
        jdbi.useHandle(
                handle -> {
                    for (var claim : claims) {
                        handle.execute(
                                "insert into claim (operation, resource, exclusive, sequence) values (?, ?, ?, ?)",
                                operation,
                                claim.resource(),
                                claim.exclusive(),
                                sequence);
                    }
                });
    }

    boolean isFirst(UUID operation) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select not exists (select from claim mine join claim theirs"
                                                + " on theirs.resource = mine.resource and theirs.sequence < mine.sequence"
                                                + " and (theirs.exclusive or mine.exclusive) where mine.operation = :id)")
                                .bind("id", operation)
                                .mapTo(Boolean.class)
                                .one());
    }

    /**
     * Takes operations out of their queues.
     *
     * @return the waiting operations that are now first in one of them
     */
    List<UUID> leave(Collection<UUID> operations) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "with gone as (delete from claim where operation = any(:ids) returning resource)"
                                                + " select distinct o.id, o.sequence from gone g"
                                                + " join claim c on c.resource = g.resource and c.operation <> all(:ids)"
                                                + " join operation o on o.id = c.operation and o.state = 'WAITING'"
                                                + " where not exists (select from claim before"
                                                + " where before.resource = c.resource and before.sequence < c.sequence"
                                                + " and before.operation <> all(:ids) and (before.exclusive or c.exclusive))"
                                                + " order by o.sequence")
                                .bind("ids", operations.toArray(UUID[]::new))
                                .map((row, _) -> row.getObject("id", UUID.class))
                                .list());
    }

    /** Gives the claims of an operation, and its place in line, to another. */
    void inherit(UUID heir, UUID operation) {
        jdbi.useHandle(
                handle ->
                        handle.execute(
                                "update claim set operation = ? where operation = ?",
                                heir,
                                operation));
    }

    private static int unsigned(UUID a, UUID b) {
        var high = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
        return high != 0
                ? high
                : Long.compareUnsigned(a.getLeastSignificantBits(), b.getLeastSignificantBits());
    }
}
