package dev.cistern.volume;

import dev.cistern.common.message.FileFacts;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/**
 * Decisions about volumes that are put aside and can be restored; each like those of {@link
 * Volumes}.
 */
public final class VolumeTrash {
    private static final String CHANGED =
            ", changed = nextval('change_sequence'), updated_at = now()";

    private final Jdbi jdbi;

    /** The volumes in the schema of {@code jdbi}. */
    public VolumeTrash(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Its file is put aside. */
    public boolean trashed(UUID id, Duration kept) {
        return jdbi.withHandle(
                handle ->
                        handle.createUpdate(
                                                "update volume set state = 'TRASHED', missing = false,"
                                                        + " drifted = false, trashed_until ="
                                                        + " now() + make_interval(secs => :seconds)"
                                                        + CHANGED
                                                        + " where id = :id and state in ('AVAILABLE', 'DELETING')")
                                        .bind("id", id)
                                        .bind("seconds", (double) kept.toSeconds())
                                        .execute()
                                == 1);
    }

    /** It is to be restored or deleted for good; commands of before are stale from now on. */
    public Optional<Long> leaving(UUID id) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "update volume set generation = generation + 1"
                                                + CHANGED
                                                + " where id = :id and state = 'TRASHED' returning generation")
                                .bind("id", id)
                                .mapTo(Long.class)
                                .findOne());
    }

    /** Its file is back; false if its name is a later volume's by now. */
    public boolean restored(UUID id, FileFacts file) {
        return jdbi.withHandle(
                handle ->
                        handle.createUpdate(
                                                "update volume v set state = 'AVAILABLE', trashed_until = null,"
                                                        + " name = :name, inode = :inode"
                                                        + CHANGED
                                                        + " where id = :id and state = 'TRASHED' and not exists"
                                                        + " (select from volume o where o.pool = v.pool"
                                                        + " and o.name = :name and o.id <> v.id"
                                                        + " and o.state in ('CREATING', 'AVAILABLE', 'DELETING'))")
                                        .bind("id", id)
                                        .bind("name", file.name())
                                        .bind("inode", file.inode())
                                        .execute()
                                == 1);
    }

    /** Volumes whose time is over, with nothing under way on them, in open pools. */
    public List<UUID> overdue(int limit) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select v.id from volume v join pool_view p on p.id = v.pool"
                                                + " and p.state = 'OPEN' where v.state = 'TRASHED'"
                                                + " and v.trashed_until < now() and not exists"
                                                + " (select from operation o where o.target = v.id"
                                                + " and o.finished_at is null)"
                                                + " order by v.trashed_until limit :limit")
                                .bind("limit", limit)
                                .mapTo(UUID.class)
                                .list());
    }
}
