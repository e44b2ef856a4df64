package dev.cistern.common.operation;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
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

    void lockResources(Collection<Claim> claims) {
        var ordered =
                claims.stream()
                        .sorted(Comparator.comparing(Claim::resource, Line::unsigned))
                        .toList();
        jdbi.useHandle(
                handle -> {
                    for (var claim : ordered) {
                        var mode = claim.exclusive() ? "update" : "share";
                        handle.createQuery(
                                        "select id from %s where id = :id for %s"
                                                .formatted(resourceTable, mode))
                                .bind("id", claim.resource())
                                .mapTo(UUID.class)
                                .findOne();
                    }
                });
    }

    /** Locks for writing whatever these operations claim. */
    void lockClaimed(Collection<UUID> operations) {
        jdbi.useHandle(
                handle ->
                        handle.createQuery(
                                        "select id from %s where id in (select resource from claim where operation = any(:ids))"
                                                        .formatted(resourceTable)
                                                + " order by id for update")
                                .bind("ids", operations.toArray(UUID[]::new))
                                .mapTo(UUID.class)
                                .list());
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
     * Takes an operation out of its queues.
     *
     * @return the waiting operations behind it, which may now be first
     */
    List<UUID> leave(UUID operation) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "with gone as (delete from claim where operation = :id returning resource)"
                                                + " select distinct o.id, o.sequence from claim c join gone g on g.resource = c.resource"
                                                + " join operation o on o.id = c.operation"
                                                + " where c.operation <> :id and o.state = 'WAITING' order by o.sequence")
                                .bind("id", operation)
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
