package dev.cistern.common.inbox;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;

/** Remembers which messages a service has handled, in the transaction that handles them. */
public final class Inbox {
    private final Jdbi jdbi;

    /** An inbox in the schema of {@code jdbi}. */
    public Inbox(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * Takes a message in for good, when the caller's transaction commits. A concurrent transaction
     * with the same message waits for this one's end.
     *
     * @return false if it has been handled before
     */
    public boolean take(String messageId) {
        return jdbi.withHandle(
                        handle ->
                                handle.execute(
                                        "insert into inbox (id) values (?) on conflict do nothing",
                                        messageId))
                == 1;
    }

    /**
     * The same for many at once.
     *
     * @return those that have not been handled before
     */
    public Set<String> take(Collection<String> messageIds) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "insert into inbox (id) select distinct id from unnest(:ids) as came (id)"
                                                + " order by id on conflict do nothing returning id")
                                .bind("ids", messageIds.toArray(String[]::new))
                                .mapTo(String.class)
                                .collect(Collectors.toCollection(HashSet::new)));
    }

    /** Forgets messages that were handled longer ago than Kafka keeps them. */
    public int forgetOlderThan(Duration age) {
        return jdbi.withHandle(
                handle ->
                        handle.createUpdate(
                                        "delete from inbox where handled_at < now() - cast(:age as interval)")
                                .bind("age", age.toSeconds() + " seconds")
                                .execute());
    }
}
