package dev.cistern.volume.work;

import dev.cistern.common.message.Json;
import dev.cistern.common.message.SnapshotFacts;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.sql.Columns;
import dev.cistern.volume.Images;
import dev.cistern.volume.Ledger;
import dev.cistern.volume.ToldVolume;
import dev.cistern.volume.VolumeEvents;
import dev.cistern.volume.VolumeEvents.News;
import dev.cistern.volume.VolumeState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Compares what a scan found with what is known. A file without a row is adopted unless it is a
 * part of another image, a row without its file is missing, a row whose file is another has
 * drifted; what changed after the scan began, or is being worked on, is left to the next one.
 */
final class Inventory {
    /** Rows that a scan which began at {@code :start} may judge. */
    private static final String JUDGED =
            "v.pool = :pool and v.state = 'AVAILABLE' and v.changed < :start and not exists"
                    + " (select from operation o where o.target = v.id and o.finished_at is null)";

    private static final String MISSING = "(e.name is null)";

    private static final String DRIFTED =
            "(e.name is not null and (e.inode <> coalesce(v.inode, e.inode) or e.format <> v.format"
                    + " or e.capacity <> v.capacity or e.backing_file is distinct from v.backing_file))";

    private static final String MEASURED_OTHERWISE =
            "(v.allocation, v.file_mode, v.file_owner, v.file_group, coalesce(v.fault, ''))"
                    + " <> (e.allocation, e.file_mode, e.file_owner, e.file_group, coalesce(e.fault, ''))";

    /**
     * {@code offset 0}, here and below: a look into an index for each row, whatever is estimated.
     */
    private static final String FOUND =
            " from volume v left join lateral (select * from pool_file f where f.pool = v.pool"
                    + " and f.name = v.name offset 0) e on true";

    private final Jdbi jdbi;
    private final Newcomers newcomers;
    private final VolumeEvents events;
    private final SnapshotStock snapshots;
    private final Images images;

    Inventory(
            Jdbi jdbi, Ledger ledger, VolumeEvents events, SnapshotStock snapshots, Images images) {
        this.jdbi = jdbi;
        this.newcomers = new Newcomers(jdbi, ledger);
        this.events = events;
        this.snapshots = snapshots;
        this.images = images;
    }

    /** What a scan came to: volumes in the pool, and how many of them each was said of. */
    record Stock(int volumes, int adopted, int missing, int drifted) {}

    /** What a scan came to, and whom it adopted: the world is yet to be told of them. */
    record Outcome(Stock stock, List<ToldVolume> adopted) {}

    /**
     * A complete scan.
     *
     * @param start place in the order of changes at which it began
     * @param patient whether a new file must have been seen twice before it is adopted
     * @param changed whether it found anything else than the one before
     */
    record Scan(long start, boolean patient, boolean changed) {}

    /** Brings the inventory in line with a complete scan. */
    Outcome apply(Operation operation, Scan scan) {
        if (!scan.changed() && isInLine(operation.pool())) {
            return new Outcome(stock(operation, 0), List.of());
        }
        var outcome = compare(operation, scan.start(), scan.patient());
        note(operation, scan);
        return outcome;
    }

    /** Nothing was left by the scan before, and no volume has changed since it began. */
    private boolean isInLine(UUID pool) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select judged is not null and not exists (select from volume v"
                                                + " where v.pool = p.id and v.changed >= p.judged offset 0)"
                                                + " from pool_view p where p.id = :pool")
                                .bind("pool", pool)
                                .mapTo(Boolean.class)
                                .one());
    }

    /**
     * What is being worked on was not judged, nor was a new file if its scan is patient; then the
     * next scan compares again, whatever it finds.
     */
    private void note(Operation operation, Scan scan) {
        jdbi.useHandle(
                handle ->
                        handle.createUpdate(
                                        "update pool_view set judged = case when :all and not exists"
                                                + " (select from operation o where o.pool = :pool and o.finished_at is null"
                                                + " and o.id <> :scan) then :start end where id = :pool")
                                .bind("all", !(scan.patient() && scan.changed()))
                                .bind("pool", operation.pool())
                                .bind("scan", operation.id())
                                .bind("start", scan.start())
                                .execute());
    }

    private Outcome compare(Operation scan, long start, boolean patient) {
        var different = lockDifferent(scan, start);
        if (!different.isEmpty()) {
            judge(scan, different);
        }
        var adopted = newcomers.adopt(scan, start, patient);
        takeInSnapshots(scan, start, adopted);
        images.seen(scan.pool());
        return new Outcome(stock(scan, adopted.size()), adopted);
    }

    /** A volume that is not as it is known, in what is missing and drifted or in its figures. */
    private record Different(
            UUID id, boolean wasMissing, boolean missing, boolean wasDrifted, boolean drifted) {
        static Different read(ResultSet row) throws SQLException {
            return new Different(
                    row.getObject("id", UUID.class),
                    row.getBoolean("was_missing"),
                    row.getBoolean("is_missing"),
                    row.getBoolean("was_drifted"),
                    row.getBoolean("is_drifted"));
        }
    }

    /** In the order of ids, as everyone locks volumes. */
    private List<Different> lockDifferent(Operation scan, long start) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select v.id, v.missing as was_missing, v.drifted as was_drifted, "
                                                + MISSING
                                                + " as is_missing, "
                                                + DRIFTED
                                                + " as is_drifted"
                                                + FOUND
                                                + " where "
                                                + JUDGED
                                                + " and (v.missing <> "
                                                + MISSING
                                                + " or v.drifted <> "
                                                + DRIFTED
                                                + " or e.name is not null and "
                                                + MEASURED_OTHERWISE
                                                + ") order by v.id for update of v")
                                .bind("pool", scan.pool())
                                .bind("start", start)
                                .map((row, _) -> Different.read(row))
                                .list());
    }

    /** A volume that was missing and is there again is told of before it is unmarked. */
    private void judge(Operation scan, List<Different> different) {
        events.publish("found", news(different, one -> one.wasMissing() && !one.missing()), scan);
        mark(different);
        events.publish("missing", news(different, one -> one.missing() && !one.wasMissing()), scan);
        events.publish("drifted", news(different, one -> one.drifted() && !one.wasDrifted()), scan);
        measure(different);
    }

    private static List<News> news(List<Different> all, Predicate<Different> which) {
        return all.stream()
                .filter(which)
                .map(one -> new News(one.id(), VolumeState.AVAILABLE))
                .toList();
    }

    private void mark(List<Different> different) {
        jdbi.useHandle(
                handle ->
                        handle.createUpdate(
                                        "update volume v set missing = d.missing, drifted = d.drifted,"
                                                + " updated_at = now() from unnest(:ids, :missing, :drifted)"
                                                + " as d (id, missing, drifted) where v.id = d.id"
                                                + " and (v.missing, v.drifted) <> (d.missing, d.drifted)")
                                .bind("ids", Columns.uuids(different, Different::id))
                                .bind("missing", Columns.booleans(different, Different::missing))
                                .bind("drifted", Columns.booleans(different, Different::drifted))
                                .execute());
    }

    private void measure(List<Different> different) {
        jdbi.useHandle(
                handle ->
                        handle.createUpdate(
                                        "update volume v set allocation = e.allocation, fault = e.fault,"
                                                + " file_mode = e.file_mode, file_owner = e.file_owner,"
                                                + " file_group = e.file_group, updated_at = now()"
                                                + " from pool_file e where v.id = any(:ids) and e.pool = v.pool"
                                                + " and e.name = v.name and "
                                                + MEASURED_OTHERWISE)
                                .bind("ids", Columns.uuids(different, Different::id))
                                .execute());
    }

    private record Seen(UUID volume, List<SnapshotFacts> snapshots) {}

    /** Of images that have some, or had when they were last seen. */
    private void takeInSnapshots(Operation scan, long start, List<ToldVolume> adopted) {
        var seen =
                jdbi.withHandle(
                        handle ->
                                handle.createQuery(
                                                "select v.id, e.snapshots"
                                                        + FOUND
                                                        + " where e.name is not null and not v.drifted and (v.id = any(:adopted) or "
                                                        + JUDGED
                                                        + ") and (e.snapshots is not null or exists (select from snapshot s"
                                                        + " where s.volume = v.id and s.state = 'AVAILABLE' offset 0)) order by v.id")
                                        .bind("pool", scan.pool())
                                        .bind("start", start)
                                        .bind("adopted", Columns.uuids(adopted, ToldVolume::id))
                                        .map(
                                                (row, _) ->
                                                        new Seen(
                                                                row.getObject("id", UUID.class),
                                                                snapshots(
                                                                        row.getString(
                                                                                "snapshots"))))
                                        .list());
        seen.forEach(image -> snapshots.takeIn(image.volume(), image.snapshots(), scan));
    }

    private static List<SnapshotFacts> snapshots(@Nullable String json) {
        return json == null ? List.of() : List.of(Json.readOwn(json, SnapshotFacts[].class));
    }

    private Stock stock(Operation scan, int adopted) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select count(*) as volumes, count(*) filter (where missing) as missing,"
                                                + " count(*) filter (where drifted) as drifted from volume"
                                                + " where pool = :pool and state in ('CREATING', 'AVAILABLE', 'DELETING')")
                                .bind("pool", scan.pool())
                                .map(
                                        (row, _) ->
                                                new Stock(
                                                        row.getInt("volumes"),
                                                        adopted,
                                                        row.getInt("missing"),
                                                        row.getInt("drifted")))
                                .one());
    }
}
