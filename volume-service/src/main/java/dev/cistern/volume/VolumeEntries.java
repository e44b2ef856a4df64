package dev.cistern.volume;

import dev.cistern.common.message.Permissions;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.common.sql.Columns;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** New rows of volumes: each method is one statement in the caller's transaction. */
public final class VolumeEntries {
    private static final String ENTER =
            "insert into volume (id, pool, name, tenant, format, capacity, file_mode, file_owner, file_group,"
                    + " name_for, state, changed) select e.id, :pool, e.name, e.tenant, e.format, e.capacity,"
                    + " e.mode, e.owner, e.file_group, e.name_for, 'CREATING', nextval('change_sequence')"
                    + " from unnest(:ids, :names, :tenants, :formats, :capacities, :modes, :owners, :groups,"
                    + " :namesFor) with ordinality as e (id, name, tenant, format, capacity, mode, owner,"
                    + " file_group, name_for, place) order by place on conflict (pool, name)"
                    + " where state in ('CREATING', 'AVAILABLE', 'DELETING') do nothing returning id";

    private final Jdbi jdbi;

    /** The rows in the schema of {@code jdbi}. */
    public VolumeEntries(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * A volume as it is to be.
     *
     * @param id that it will have
     * @param nameFor the volume that the name is kept for, if this is not to be one itself
     */
    public record Entry(
            UUID id,
            String name,
            String tenant,
            String format,
            long capacity,
            Permissions permissions,
            @Nullable UUID nameFor) {

        /** A volume as it is asked for. */
        public static Entry of(UUID id, VolumeRequest request, String tenant) {
            return new Entry(
                    id,
                    request.name(),
                    tenant,
                    request.format(),
                    request.capacity(),
                    request.permissions(),
                    null);
        }
    }

    /**
     * Enters one volume in a pool.
     *
     * @throws ProblemException if the name is taken
     */
    void enter(PoolView pool, Entry entry) {
        if (enter(pool, List.of(entry)).isEmpty()) {
            throw taken(pool, entry.name());
        }
    }

    /**
     * Enters volumes in a pool.
     *
     * @return the ids of those whose names are not taken, by others of them neither
     */
    public Set<UUID> enter(PoolView pool, List<Entry> all) {
        var permissions = all.stream().map(Entry::permissions).toList();
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(ENTER)
                                .bind("pool", pool.id())
                                .bind("ids", Columns.uuids(all, Entry::id))
                                .bind("names", Columns.texts(all, Entry::name))
                                .bind("tenants", Columns.texts(all, Entry::tenant))
                                .bind("formats", Columns.texts(all, Entry::format))
                                .bind("capacities", Columns.longs(all, Entry::capacity))
                                .bind("modes", Columns.longs(permissions, Permissions::mode))
                                .bind("owners", Columns.longs(permissions, Permissions::owner))
                                .bind("groups", Columns.longs(permissions, Permissions::group))
                                .bind("namesFor", Columns.uuids(all, Entry::nameFor))
                                .mapTo(UUID.class)
                                .set());
    }

    /** What is told to who asks for a name that another volume has. */
    public static ProblemException taken(PoolView pool, String name) {
        return new ProblemException(
                ProblemCode.NAME_TAKEN,
                "there is a volume '%s' in storage pool '%s' already".formatted(name, pool.name()));
    }

    /** Takes back what this transaction has entered. */
    public void withdraw(Collection<UUID> ids) {
        jdbi.useHandle(
                handle ->
                        handle.createUpdate("delete from volume where id = any(:ids)")
                                .bind("ids", ids.toArray(UUID[]::new))
                                .execute());
    }
}
