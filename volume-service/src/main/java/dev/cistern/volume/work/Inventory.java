package dev.cistern.volume.work;

import dev.cistern.common.message.Json;
import dev.cistern.common.message.SnapshotFacts;
import dev.cistern.common.operation.Operation;
import dev.cistern.volume.Images;
import dev.cistern.volume.Ledger;
import dev.cistern.volume.VolumeEvents;
import dev.cistern.volume.VolumeEvents.News;
import dev.cistern.volume.VolumeState;
import java.util.List;
import java.util.UUID;
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

    private static final String FOUND =
            " from volume v left join pool_file e on e.pool = v.pool and e.name = v.name";

    private final Jdbi jdbi;
    private final Ledger ledger;
    private final VolumeEvents events;
    private final SnapshotStock snapshots;
    private final Images images;

    Inventory(
            Jdbi jdbi, Ledger ledger, VolumeEvents events, SnapshotStock snapshots, Images images) {
        this.jdbi = jdbi;
        this.ledger = ledger;
        this.events = events;
        this.snapshots = snapshots;
        this.images = images;
    }

    /** What a scan came to: volumes in the pool, and how many of them each was said of. */
    record Stock(int volumes, int adopted, int missing, int drifted) {}

    /**
     * Brings the inventory in line with a complete scan.
     *
     * @param start place in the order of changes at which the scan began
     * @param patient whether a new file must have been seen twice before it is adopted
     */
    Stock apply(Operation scan, long start, boolean patient) {
        lockChanged(scan, start);
        publishAppeared(scan, start);
        var missing = mark(scan, start, "missing", MISSING, "missing");
        var drifted = mark(scan, start, "drifted", DRIFTED, "drifted");
        measure(scan, start);
        var adopted = adopt(scan, start, patient);
        takeInSnapshots(scan, start, adopted);
        images.seen(scan.pool());
        return new Stock(count(scan, "true"), adopted.size(), missing, drifted);
    }

    /** In the order of ids, as everyone locks volumes. */
    private void lockChanged(Operation scan, long start) {
        jdbi.useHandle(
                handle ->
                        handle.createQuery(
                                        "select id from volume where id in (select v.id"
                                                + FOUND
                                                + " where "
                                                + JUDGED
                                                + " and (v.missing <> "
                                                + MISSING
                                                + " or v.drifted <> "
                                                + DRIFTED
                                                + " or v.allocation <> coalesce(e.allocation, v.allocation)))"
                                                + " order by id for update")
                                .bind("pool", scan.pool())
                                .bind("start", start)
                                .mapTo(UUID.class)
                                .list());
    }

    /** Marks what has become so, and unmarks what no longer is; returns how many are so now. */
    private int mark(Operation scan, long start, String column, String condition, String verb) {
        var marked = changed(scan, start, column, condition + " and not v." + column, true);
        events.publish(verb, known(marked), scan);
        changed(scan, start, column, "v." + column + " and not " + condition, false);
        return count(scan, column);
    }

    private static List<News> known(List<UUID> volumes) {
        return volumes.stream().map(id -> new News(id, VolumeState.AVAILABLE)).toList();
    }

    private List<UUID> changed(
            Operation scan, long start, String column, String condition, boolean value) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "update volume set "
                                                + column
                                                + " = :value, updated_at = now() where id in (select v.id"
                                                + FOUND
                                                + " where "
                                                + JUDGED
                                                + " and "
                                                + condition
                                                + ") returning id")
                                .bind("value", value)
                                .bind("pool", scan.pool())
                                .bind("start", start)
                                .mapTo(UUID.class)
                                .list());
    }

    /** A volume that was missing and is there again is told of before it is unmarked. */
    private void publishAppeared(Operation scan, long start) {
        var appeared =
                jdbi.withHandle(
                        handle ->
                                handle.createQuery(
                                                "select v.id"
                                                        + FOUND
                                                        + " where "
                                                        + JUDGED
                                                        + " and v.missing and not "
                                                        + MISSING
                                                        + " order by v.id")
                                        .bind("pool", scan.pool())
                                        .bind("start", start)
                                        .mapTo(UUID.class)
                                        .list());
        events.publish("found", known(appeared), scan);
    }

    private void measure(Operation scan, long start) {
        jdbi.useHandle(
                handle ->
                        handle.createUpdate(
                                        "update volume v set allocation = e.allocation, fault = e.fault,"
                                                + " file_mode = e.file_mode, file_owner = e.file_owner,"
                                                + " file_group = e.file_group, updated_at = now()"
                                                + " from pool_file e where e.pool = v.pool and e.name = v.name and "
                                                + JUDGED
                                                + " and (v.allocation, v.file_mode, v.file_owner, v.file_group, coalesce(v.fault, ''))"
                                                + " <> (e.allocation, e.file_mode, e.file_owner, e.file_group, coalesce(e.fault, ''))")
                                .bind("pool", scan.pool())
                                .bind("start", start)
                                .execute());
    }

    private record Seen(UUID volume, List<SnapshotFacts> snapshots) {}

    /** Of images that have some, or had when they were last seen. */
    private void takeInSnapshots(Operation scan, long start, List<Adopted> adopted) {
        var seen =
                jdbi.withHandle(
                        handle ->
                                handle.createQuery(
                                                "select v.id, e.snapshots"
                                                        + FOUND
                                                        + " where e.name is not null and not v.drifted and (v.id = any(:adopted) or "
                                                        + JUDGED
                                                        + ") and (e.snapshots is not null or exists (select from snapshot s"
                                                        + " where s.volume = v.id and s.state = 'AVAILABLE')) order by v.id")
                                        .bind("pool", scan.pool())
                                        .bind("start", start)
                                        .bind(
                                                "adopted",
                                                adopted.stream()
                                                        .map(Adopted::id)
                                                        .toArray(UUID[]::new))
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

    private List<Adopted> adopt(Operation scan, long start, boolean patient) {
        var adopted =
                jdbi.withHandle(
                        handle ->
                                handle.createQuery(
                                                "insert into volume (id, pool, name, tenant, format, capacity, allocation, state,"
                                                        + " fault, backing_file, backing_format, inode, file_mode, file_owner,"
                                                        + " file_group, encryption, changed) select gen_random_uuid(), p.id, e.name, p.tenant,"
                                                        + " e.format, e.capacity, e.allocation, 'AVAILABLE', e.fault, e.backing_file,"
                                                        + " e.backing_format, e.inode, e.file_mode, e.file_owner, e.file_group,"
                                                        + " e.options->'encryption'->>'format',"
                                                        + " nextval('change_sequence') from pool_file e join pool_view p on p.id = e.pool"
                                                        + " where e.pool = :pool and e.part_of is null and (e.steady or not :patient) and not exists (select from volume v"
                                                        + " where v.pool = p.id and v.name = e.name and (v.state in"
                                                        + " ('CREATING', 'AVAILABLE', 'DELETING') or v.changed >= :start"
                                                        + " or exists (select from operation o where o.target = v.id"
                                                        + " and o.finished_at is null))) order by e.name on conflict (pool, name)"
                                                        + " where state in ('CREATING', 'AVAILABLE', 'DELETING') do nothing"
                                                        + " returning id, capacity")
                                        .bind("patient", patient)
                                        .bind("pool", scan.pool())
                                        .bind("start", start)
                                        .map(
                                                (row, _) ->
                                                        new Adopted(
                                                                row.getObject("id", UUID.class),
                                                                row.getLong("capacity")))
                                        .list());
        events.publish(
                "adopted",
                adopted.stream().map(volume -> new News(volume.id(), null)).toList(),
                scan);
        ledger.count(scan.pool(), adopted.stream().map(Adopted::capacity).toList());
        return adopted;
    }

    private record Adopted(UUID id, long capacity) {}

    private int count(Operation scan, String condition) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select count(*) from volume where pool = :pool"
                                                + " and state in ('CREATING', 'AVAILABLE', 'DELETING') and "
                                                + condition)
                                .bind("pool", scan.pool())
                                .mapTo(Integer.class)
                                .one());
    }
}
