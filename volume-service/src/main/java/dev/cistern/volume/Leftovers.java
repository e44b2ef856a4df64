package dev.cistern.volume;

import dev.cistern.common.message.Json;
import dev.cistern.common.message.Leftover;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/** The rows of leftovers. Each method works in the caller's transaction. */
public final class Leftovers {
    /**
     * Nobody owns it: neither an operation that may still be under way, nor a volume in the trash;
     * what has changed since the scan began is not judged by it.
     */
    private static final String UNOWNED =
            "not exists (select from operation o where o.id = i.owner"
                    + " and (o.finished_at is null or o.finished_at >= :began))"
                    + " and not exists (select from operation o where o.target = i.owner"
                    + " and (o.finished_at is null or o.finished_at >= :began))"
                    + " and not exists (select from operation o where o.settles = i.owner"
                    + " and (o.finished_at is null or o.finished_at >= :began))"
                    + " and not exists (select from volume v where v.id = i.owner"
                    + " and (v.state = 'TRASHED' or v.changed >= :start))";

    private final Jdbi jdbi;

    /** The leftovers in the schema of {@code jdbi}. */
    public Leftovers(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** A leftover with the id that it is known by. */
    public record Row(UUID id, UUID pool, Leftover leftover) {}

    /** What a scan has come to. */
    public record News(List<Row> found, List<Row> gone) {}

    /**
     * Takes in what a scan has come across in place of what earlier ones have.
     *
     * @param began when the scan was asked for
     * @param start place in the order of changes at which it began
     */
    public News take(UUID pool, Instant began, long start, List<Leftover> leftovers) {
        var unowned = new ArrayList<UUID>();
        var found = new ArrayList<Row>();
        jdbi.useHandle(
                handle ->
                        handle.createQuery(
                                        "insert into leftover as l (pool, room, name, owner, size, allocation, inode,"
                                                + " modified) select :pool, i.* from jsonb_to_recordset(:leftovers::jsonb)"
                                                + " as i (room text, name text, owner uuid, size bigint, allocation bigint,"
                                                + " inode bigint, modified timestamptz) where "
                                                + UNOWNED
                                                + " on conflict (pool, room, name, inode) do update set size = excluded.size,"
                                                + " allocation = excluded.allocation, modified = excluded.modified"
                                                + " returning l.*, xmax = 0 as fresh")
                                .bind("pool", pool)
                                .bind("leftovers", Json.text(leftovers))
                                .bind("began", began)
                                .bind("start", start)
                                .map(
                                        (row, _) -> {
                                            var each = read(row);
                                            unowned.add(each.id());
                                            if (row.getBoolean("fresh")) {
                                                found.add(each);
                                            }
                                            return each;
                                        })
                                .list());
        return new News(found, gone(pool, unowned));
    }

    private List<Row> gone(UUID pool, List<UUID> there) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "delete from leftover where pool = :pool and id <> all(:there) returning *")
                                .bind("pool", pool)
                                .bindArray("there", UUID.class, there)
                                .map((row, _) -> read(row))
                                .list());
    }

    /** One that is there. */
    public Optional<Row> find(UUID id) {
        return one("select * from leftover where id = :id", id);
    }

    /** One that is taken care of; empty if it was before. */
    public Optional<Row> remove(UUID id) {
        return one("delete from leftover where id = :id returning *", id);
    }

    private Optional<Row> one(String sql, UUID id) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(sql)
                                .bind("id", id)
                                .map((row, _) -> read(row))
                                .findOne());
    }

    private static Row read(ResultSet row) throws SQLException {
        return new Row(
                row.getObject("id", UUID.class),
                row.getObject("pool", UUID.class),
                new Leftover(
                        Leftover.Room.valueOf(row.getString("room")),
                        row.getString("name"),
                        row.getObject("owner", UUID.class),
                        row.getLong("size"),
                        row.getLong("allocation"),
                        row.getLong("inode"),
                        row.getObject("modified", OffsetDateTime.class).toInstant()));
    }
}
