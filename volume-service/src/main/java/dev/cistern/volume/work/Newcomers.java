package dev.cistern.volume.work;

import dev.cistern.common.operation.Operation;
import dev.cistern.volume.Ledger;
import dev.cistern.volume.ToldVolume;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** Makes volumes of the files that a scan found and no volume has. */
final class Newcomers {
    private final Jdbi jdbi;
    private final Ledger ledger;

    Newcomers(Jdbi jdbi, Ledger ledger) {
        this.jdbi = jdbi;
        this.ledger = ledger;
    }

    /**
     * Adopts what a complete scan found.
     *
     * @param start place in the order of changes at which the scan began
     * @param patient whether a new file must have been seen twice before it is adopted
     * @return the volumes, of which the first event is to be told
     */
    List<ToldVolume> adopt(Operation scan, long start, boolean patient) {
        var unknown = unknown(scan, start, patient);
        if (unknown.isEmpty()) {
            return List.of();
        }
        var adopted = enter(scan, start, unknown);
        ledger.count(scan.pool(), adopted.stream().map(ToldVolume::capacity).toList());
        return adopted;
    }

    private List<String> unknown(Operation scan, long start, boolean patient) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select e.name from pool_file e where e.pool = :pool"
                                                + " and e.part_of is null and (e.since < :start or not :patient) and not exists (select from volume v"
                                                + " where v.pool = e.pool and v.name = e.name"
                                                + " and v.state in ('CREATING', 'AVAILABLE', 'DELETING') offset 0)")
                                .bind("patient", patient)
                                .bind("start", start)
                                .bind("pool", scan.pool())
                                .mapTo(String.class)
                                .list());
    }

    /**
     * But for names of volumes that came to an end after the scan began, or have work left, and for
     * those that a volume's file had until it was renamed meanwhile.
     */
    private List<ToldVolume> enter(Operation scan, long start, List<String> names) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "with ending as materialized (select v.name from volume v where v.pool = :pool"
                                                + " and v.name = any(:names) and (v.changed >= :start or exists"
                                                + " (select from operation o where o.target = v.id and o.finished_at is null))"
                                                + " union select e.name from volume v join pool_file e on e.pool = v.pool and e.inode = v.inode"
                                                + " where v.pool = :pool and v.changed >= :start and e.name = any(:names)),"
                                                + " entered as (insert into volume (id, pool, name, tenant, format, capacity, allocation,"
                                                + " state, fault, backing_file, backing_format, inode, file_mode, file_owner,"
                                                + " file_group, encryption, changed, event_sequence)"
                                                + " select gen_random_uuid(), p.id, e.name, p.tenant,"
                                                + " e.format, e.capacity, e.allocation, 'AVAILABLE', e.fault, e.backing_file,"
                                                + " e.backing_format, e.inode, e.file_mode, e.file_owner, e.file_group,"
                                                + " e.options->'encryption'->>'format',"
                                                + " nextval('change_sequence'), 1 from pool_file e join pool_view p on p.id = e.pool"
                                                + " where e.pool = :pool and e.name = any(:names)"
                                                + " and not exists (select from ending where ending.name = e.name)"
                                                + " order by e.name on conflict (pool, name)"
                                                + " where state in ('CREATING', 'AVAILABLE', 'DELETING') do nothing"
                                                + " returning *) select e.*, p.name as pool_name"
                                                + " from entered e join pool_view p on p.id = e.pool order by e.position")
                                .bind("pool", scan.pool())
                                .bind("start", start)
                                .bind("names", names.toArray(String[]::new))
                                .map((row, _) -> ToldVolume.read(row))
                                .list());
    }
}
