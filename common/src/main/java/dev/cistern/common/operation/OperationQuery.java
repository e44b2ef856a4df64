package dev.cistern.common.operation;

import java.util.List;
import java.util.UUID;
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
