package dev.cistern.common.operation;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** The operations that have ended, which are kept for a while and then forgotten. */
public final class History {
    private static final int PAGE = 1000;

    private final Jdbi jdbi;
    private final Transactions transactions;

    /** The history in the schema of {@code jdbi}. */
    public History(Jdbi jdbi, Transactions transactions) {
        this.jdbi = jdbi;
        this.transactions = transactions;
    }

    /**
     * How long the past is kept.
     *
     * @param operations after their end; longer than Kafka keeps results
     * @param keys after their first use
     */
    public record Retention(Duration operations, Duration keys) {
        /** A month of operations, a day of keys. */
        public static final Retention DEFAULT =
                new Retention(Duration.ofDays(30), Duration.ofDays(1));
    }

    private record Row(UUID id, long sequence, Instant createdAt, boolean forgettable) {}

    /**
     * Forgets operations that ended before that time. One on which an operation depends that has
     * not ended, or whose traces are not yet removed, stays.
     *
     * @return how many
     */
    public int forgetEndedBefore(Instant end) {
        var forgotten = 0;
        for (var after = 0L; ; ) {
            var page = page(after, end);
            var old = page.stream().filter(Row::forgettable).map(Row::id).toList();
            forgotten += transactions.call(() -> jdbi.withHandle(handle -> forget(handle, old)));
            if (page.size() < PAGE || !page.getLast().createdAt().isBefore(end)) {
                return forgotten;
            }
            after = page.getLast().sequence();
        }
    }

    /** In the order of acceptance, of which only the beginning is old. */
    private List<Row> page(long after, Instant end) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select id, sequence, created_at, coalesce(finished_at < :end, false) as old"
                                                + " from operation where sequence > :after order by sequence limit :limit")
                                .bind("after", after)
                                .bind("end", end)
                                .bind("limit", PAGE)
                                .map(
                                        (row, _) ->
                                                new Row(
                                                        row.getObject("id", UUID.class),
                                                        row.getLong("sequence"),
                                                        row.getObject(
                                                                        "created_at",
                                                                        OffsetDateTime.class)
                                                                .toInstant(),
                                                        row.getBoolean("old")))
                                .list());
    }

    private static int forget(Handle handle, List<UUID> old) {
        if (old.isEmpty()) {
            return 0;
        }
        var ids = old.toArray(UUID[]::new);
        handle.createUpdate(
                        "delete from dependency where operation = any(:ids)"
                                + " or (depends_on = any(:ids) and operation in"
                                + " (select id from operation where finished_at is not null))")
                .bind("ids", ids)
                .execute();
        handle.createUpdate(
                        "delete from operation where settles = any(:ids) and finished_at is not null")
                .bind("ids", ids)
                .execute();
        return handle.createUpdate(
                        "delete from operation o where id = any(:ids)"
                                + " and not exists (select from operation heir where heir.settles = o.id)"
                                + " and not exists (select from dependency d where d.depends_on = o.id)"
                                + " and not exists (select from claim c where c.operation = o.id)")
                .bind("ids", ids)
                .execute();
    }
}
