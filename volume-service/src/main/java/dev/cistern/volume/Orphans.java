package dev.cistern.volume;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Reads orphans for users, as the last scans of their pools have left them. */
public final class Orphans {
    private static final String VOLUMES =
            "select v.position, v.id, case when v.state = 'TRASHED' then 'QUARANTINED'"
                    + " when v.missing then 'MISSING' when v.drifted then 'DRIFTED'"
                    + " else 'UNREADABLE' end as kind, v.pool, p.name as pool_name, v.name,"
                    + " p.path || case when v.state = 'TRASHED' then '/.cistern/trash/kept-' || v.id"
                    + " else '/' || v.name end as path, v.id as owner,"
                    + " coalesce(e.size, v.allocation) as size,"
                    + " coalesce(e.allocation, v.allocation) as allocation,"
                    + " case when v.missing then null else coalesce(e.inode, v.inode) end as inode,"
                    + " e.modified, false as kept"
                    + " from volume v join pool_view p on p.id = v.pool"
                    + " left join pool_file e on e.pool = v.pool and e.name = v.name"
                    + " and v.state = 'AVAILABLE'"
                    + " where (v.state = 'AVAILABLE' and (v.missing or v.drifted or v.fault is not null)"
                    + " or v.state = 'TRASHED' and v.trashed_until is null)";

    private static final String LEFTOVERS =
            "select l.position, l.id, 'LEFTOVER', l.pool, p.name, l.name, p.path || '/.cistern/'"
                    + " || case l.room when 'STAGING' then 'staging/' else 'trash/' end || l.name,"
                    + " l.owner, l.size, l.allocation, l.inode, l.modified, l.room = 'KEPT'"
                    + " from leftover l join pool_view p on p.id = l.pool where true";

    private final Jdbi jdbi;

    /** Queries in the schema of {@code jdbi}. */
    public Orphans(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * Orphans: volumes first, in the order in which they became known.
     *
     * @param pool null for those of all pools
     */
    public List<Orphan> list(@Nullable UUID pool, long after, int limit) {
        var volumes =
                VOLUMES + " and v.position > :after" + (pool == null ? "" : " and v.pool = :pool");
        var leftovers =
                LEFTOVERS
                        + " and l.position > :after"
                        + (pool == null ? "" : " and l.pool = :pool");
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        volumes
                                                + " union all "
                                                + leftovers
                                                + " order by position limit :limit")
                                .bind("after", after)
                                .bind("pool", pool)
                                .bind("limit", limit)
                                .map((row, _) -> read(row))
                                .list());
    }

    /**
     * An orphan.
     *
     * @throws ProblemException if there is none, or it is none any more
     */
    public Orphan get(String id) {
        return withId(id).stream()
                .findFirst()
                .orElseThrow(
                        () ->
                                new ProblemException(
                                        ProblemCode.ORPHAN_NOT_FOUND,
                                        "there is no orphan '%s': GET /v1/volumes/orphans has those that there are"
                                                .formatted(id)));
    }

    private List<Orphan> withId(String text) {
        try {
            var id = UUID.fromString(text);
            return jdbi.withHandle(
                    handle ->
                            handle.createQuery(
                                            VOLUMES
                                                    + " and v.id = :id union all "
                                                    + LEFTOVERS
                                                    + " and l.id = :id")
                                    .bind("id", id)
                                    .map((row, _) -> read(row))
                                    .list());
        } catch (IllegalArgumentException _) {
            return List.of();
        }
    }

    private static Orphan read(ResultSet row) throws SQLException {
        var inode = row.getLong("inode");
        var hasInode = !row.wasNull();
        return new Orphan(
                row.getLong("position"),
                row.getObject("id", UUID.class),
                Orphan.Kind.valueOf(row.getString("kind")),
                row.getObject("pool", UUID.class),
                row.getString("pool_name"),
                row.getString("name"),
                row.getString("path"),
                row.getObject("owner", UUID.class),
                row.getLong("size"),
                row.getLong("allocation"),
                hasInode ? inode : null,
                time(row),
                row.getBoolean("kept"));
    }

    private static @Nullable Instant time(ResultSet row) throws SQLException {
        var time = row.getObject("modified", OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
