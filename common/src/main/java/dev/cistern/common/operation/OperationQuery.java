package dev.cistern.common.operation;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Lists of operations for users; those that settle others are left out. */
public final class OperationQuery {
    private final Jdbi jdbi;

    /** Queries in the schema of {@code jdbi}. */
    public OperationQuery(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * Operations, oldest first.
     *
     * @param target only of this resource, or null
     * @param state only in this state, or null
     * @param after only with a higher sequence
     */
    public List<Operation> list(
            @Nullable UUID target, @Nullable OperationState state, long after, int limit) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select * from operation where sequence > :after and settles is null"
                                                + (target == null ? "" : " and target = :target")
                                                + (state == null ? "" : " and state = :state")
                                                + " order by sequence limit :limit")
                                .bind("after", after)
                                .bind("target", target)
                                .bind("state", state)
                                .bind("limit", limit)
                                .map((row, _) -> OperationRows.read(row))
                                .list());
    }

    /** The first in line of those that a waiting operation waits for. */
    public record Ahead(UUID id, String kind) {}

    /** What each of these operations waits for; those that wait for none are left out. */
    public Map<UUID, Ahead> ahead(Collection<UUID> waiting) {
        return jdbi.withHandle(
                handle ->
                        handle
                                .createQuery(
                                        "select distinct on (mine.operation) mine.operation,"
                                                + " coalesce(settled.id, o.id) as id, coalesce(settled.kind, o.kind) as kind"
                                                + " from claim mine join claim theirs on theirs.resource = mine.resource"
                                                + " and theirs.sequence < mine.sequence and (theirs.exclusive or mine.exclusive)"
                                                + " join operation o on o.id = theirs.operation"
                                                + " left join operation settled on settled.id = o.settles"
                                                + " where mine.operation = any(:waiting)"
                                                + " order by mine.operation, theirs.sequence")
                                .bind("waiting", waiting.toArray(UUID[]::new))
                                .map(
                                        (row, _) ->
                                                Map.entry(
                                                        row.getObject("operation", UUID.class),
                                                        new Ahead(
                                                                row.getObject("id", UUID.class),
                                                                row.getString("kind"))))
                                .stream()
                                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    /** An operation on the resource that has not ended. */
    public Optional<Operation> live(UUID target) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select * from operation where target = :target and finished_at is null"
                                                + " order by sequence limit 1")
                                .bind("target", target)
                                .map((row, _) -> OperationRows.read(row))
                                .findOne());
    }

    /** Whether an operation on the resource has not ended. */
    public boolean anyLive(UUID target) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select exists (select from operation where target = :target and finished_at is null)")
                                .bind("target", target)
                                .mapTo(Boolean.class)
                                .one());
    }
}
