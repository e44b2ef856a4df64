package dev.cistern.volume;

import dev.cistern.common.message.CheckFigures;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.ImageEncryption;
import dev.cistern.common.message.Json;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.common.sql.Columns;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/**
 * Decisions about volumes. Each method is one statement in the caller's transaction, takes effect
 * only from the states that it names, and says whether it did.
 */
public final class Volumes {
    private static final String CHANGED =
            ", changed = nextval('change_sequence'), updated_at = now()";

    private final Jdbi jdbi;
    private final VolumeQuery query;
    private final VolumeEntries entries;

    /** The volumes in the schema of {@code jdbi}. */
    public Volumes(Jdbi jdbi) {
        this.jdbi = jdbi;
        this.query = new VolumeQuery(jdbi);
        this.entries = new VolumeEntries(jdbi);
    }

    /** A volume, whatever its state. */
    public Optional<Volume> find(UUID id) {
        return query.find(id);
    }

    /** A volume that an operation is about. */
    public Volume get(UUID id) {
        return find(id).orElseThrow(() -> new IllegalStateException("there is no volume " + id));
    }

    /**
     * A volume that is to have the content of another.
     *
     * @throws ProblemException if the name is taken
     */
    public UUID requested(
            PoolView pool,
            String name,
            String format,
            long capacity,
            Permissions permissions,
            String tenant) {
        return entered(pool, name, tenant, format, capacity, permissions, null);
    }

    /** What is being made is to be so, which was not known when it was entered. */
    public void shaped(UUID id, String format, long capacity) {
        update(
                "update volume set format = :format, capacity = :capacity"
                        + " where id = :id and state = 'CREATING'",
                id,
                statement -> statement.bind("format", format).bind("capacity", capacity));
    }

    /** The same for one whose file is there already, of which little is known. */
    public UUID requested(PoolView pool, String name, long size, String tenant) {
        return entered(pool, name, tenant, "raw", size, Permissions.VOLUME_DEFAULT, null);
    }

    /**
     * Keeps a name in a pool for a volume that is about to have it, as a row of its own, which is
     * found by nobody.
     *
     * @param bytes capacity that is reserved with it
     * @return the row's id, to be claimed and let go of
     * @throws ProblemException if the name is taken
     */
    public UUID keepName(PoolView pool, String name, Volume volume, long bytes) {
        return entered(
                pool,
                name,
                volume.tenant(),
                volume.format(),
                bytes,
                volume.permissions(),
                volume.id());
    }

    /**
     * Lets go of a name that was kept.
     *
     * @return the capacity that was reserved with it; 0 if it was let go of before
     */
    public long letNameGo(UUID kept) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "with gone as (delete from volume where id = :id"
                                                + " and name_for is not null returning capacity)"
                                                + " select coalesce(sum(capacity), 0) from gone")
                                .bind("id", kept)
                                .mapTo(Long.class)
                                .one());
    }

    /**
     * Lets go of a name that was kept, and has its row stand for the place that a file has left: a
     * scan that began before may still find it there.
     *
     * @return the capacity that was reserved with it; 0 if it was let go of before
     */
    public long standForPlace(UUID kept, UUID pool, String name) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "with gone as (update volume set state = 'DELETED', pool = :pool, name = :name"
                                                + CHANGED
                                                + " where id = :id and name_for is not null and state = 'CREATING'"
                                                + " returning capacity)"
                                                + " select coalesce(sum(capacity), 0) from gone")
                                .bind("id", kept)
                                .bind("pool", pool)
                                .bind("name", name)
                                .mapTo(Long.class)
                                .one());
    }

    /** Its file is in another pool. */
    public boolean moved(UUID id, UUID pool, String name) {
        return update(
                        "update volume set pool = :pool, name = :name"
                                + CHANGED
                                + " where id = :id and state = 'AVAILABLE'",
                        id,
                        statement -> statement.bind("pool", pool).bind("name", name))
                == 1;
    }

    private UUID entered(
            PoolView pool,
            String name,
            String tenant,
            String format,
            long capacity,
            Permissions permissions,
            @Nullable UUID nameFor) {
        var id = UUID.randomUUID();
        entries.enter(
                pool,
                new VolumeEntries.Entry(id, name, tenant, format, capacity, permissions, nameFor));
        return id;
    }

    /**
     * Their files are published. One that was given up for lost comes back if its name is free.
     * Numbers the event that tells of it.
     *
     * @return those of which it is news
     */
    public List<Newborn> created(Map<UUID, FileFacts> files) {
        var all = files.values();
        var permissions = all.stream().map(FileFacts::permissions).toList();
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "update volume v set state = 'AVAILABLE', allocation = f.allocation,"
                                                + " inode = f.inode, capacity = f.capacity, file_mode = f.mode,"
                                                + " file_owner = f.owner, file_group = f.file_group,"
                                                + " backing_file = f.backing_file, backing_format = f.backing_format,"
                                                + " event_sequence = v.event_sequence + 1"
                                                + CHANGED
                                                + " from unnest(:ids, :allocations, :inodes, :capacities, :modes, :owners,"
                                                + " :groups, :backingFiles, :backingFormats) as f (id, allocation, inode,"
                                                + " capacity, mode, owner, file_group, backing_file, backing_format)"
                                                + " join volume b on b.id = f.id join pool_view p on p.id = b.pool"
                                                + " where v.id = f.id and (v.state = 'CREATING' or v.state in"
                                                + " ('ERROR', 'DELETED') and not exists (select from volume o"
                                                + " where o.pool = v.pool and o.name = v.name and o.id <> v.id"
                                                + " and o.state in ('CREATING', 'AVAILABLE', 'DELETING')))"
                                                + " returning v.*, p.name as pool_name, p.path as pool_path,"
                                                + " b.state as state_before, b.capacity as capacity_before")
                                .bind("ids", Columns.uuids(files.keySet(), id -> id))
                                .bind("allocations", Columns.longs(all, FileFacts::allocation))
                                .bind("inodes", Columns.longs(all, FileFacts::inode))
                                .bind("capacities", Columns.longs(all, FileFacts::capacity))
                                .bind("modes", Columns.longs(permissions, Permissions::mode))
                                .bind("owners", Columns.longs(permissions, Permissions::owner))
                                .bind("groups", Columns.longs(permissions, Permissions::group))
                                .bind("backingFiles", Columns.texts(all, FileFacts::backingFile))
                                .bind(
                                        "backingFormats",
                                        Columns.texts(all, FileFacts::backingFormat))
                                .map((row, _) -> Newborn.read(row))
                                .list());
    }

    /** It was not created; {@code end} is ERROR or DELETED. */
    public boolean notCreated(UUID id, VolumeState end) {
        return update(
                        "update volume set state = :end"
                                + CHANGED
                                + " where id = :id and state = 'CREATING'",
                        id,
                        statement -> statement.bind("end", end))
                == 1;
    }

    /** Its file has another name; false if that is a later volume's by now. */
    public boolean renamed(UUID id, String name) {
        return update(
                        "update volume v set name = :name"
                                + CHANGED
                                + " where id = :id and state = 'AVAILABLE' and not exists"
                                + " (select from volume o where o.pool = v.pool and o.name = :name"
                                + " and o.id <> v.id and o.state in ('CREATING', 'AVAILABLE', 'DELETING'))",
                        id,
                        statement -> statement.bind("name", name))
                == 1;
    }

    /**
     * What users say of it has changed.
     *
     * @param labels all that it has from now on
     * @param secret name of the one that opens it, or null
     */
    public void described(
            UUID id, Map<String, String> labels, String description, @Nullable String secret) {
        update(
                "update volume set labels = :labels::jsonb, description = nullif(:description, ''),"
                        + " secret = :secret, updated_at = now() where id = :id",
                id,
                statement ->
                        statement
                                .bind("labels", Json.text(labels))
                                .bind("description", description)
                                .bind("secret", secret));
    }

    /** Locks its row, before the rows of operations are. */
    public void lock(UUID id) {
        jdbi.useHandle(
                handle ->
                        handle.createQuery("select id from volume where id = :id for update")
                                .bind("id", id)
                                .mapTo(UUID.class)
                                .findOne());
    }

    /** It is to be deleted; commands of before are stale from now on. */
    public boolean deleting(UUID id) {
        return update(
                        "update volume set state = 'DELETING', generation = generation + 1"
                                + CHANGED
                                + " where id = :id and state = 'AVAILABLE'",
                        id,
                        statement -> statement)
                == 1;
    }

    /** Its file is gone. */
    public boolean deleted(UUID id) {
        return update(
                        "update volume set state = 'DELETED', missing = false, drifted = false"
                                + CHANGED
                                + " where id = :id and state in ('AVAILABLE', 'DELETING', 'TRASHED', 'ERROR')",
                        id,
                        statement -> statement)
                == 1;
    }

    /** Its file is to be changed; commands of before are stale from now on. */
    public boolean commanded(UUID id) {
        return update(
                        "update volume set generation = generation + 1"
                                + CHANGED
                                + " where id = :id and state = 'AVAILABLE'",
                        id,
                        statement -> statement)
                == 1;
    }

    /** Its file was changed. */
    public boolean changed(UUID id, FileFacts file) {
        return update(
                        "update volume set capacity = :capacity, allocation = :allocation, inode = :inode,"
                                + " fault = :fault, backing_file = :backingFile, backing_format = :backingFormat,"
                                + " file_mode = :mode, file_owner = :owner, file_group = :group"
                                + CHANGED
                                + " where id = :id and state = 'AVAILABLE'",
                        id,
                        statement ->
                                statement
                                        .bind("capacity", file.capacity())
                                        .bind("allocation", file.allocation())
                                        .bind("inode", file.inode())
                                        .bind("fault", file.problem())
                                        .bind("backingFile", file.backingFile())
                                        .bind("backingFormat", file.backingFormat())
                                        .bind("mode", file.permissions().mode())
                                        .bind("owner", file.permissions().owner())
                                        .bind("group", file.permissions().group()))
                == 1;
    }

    /**
     * Its image is another one, which was not checked.
     *
     * @param encryption of it; null if it is not encrypted
     */
    public void remade(UUID id, String format, @Nullable ImageEncryption encryption) {
        var _ =
                update(
                        "update volume set format = :format, checked_at = null, corruptions = null,"
                                + " leaks = null where id = :id",
                        id,
                        statement -> statement.bind("format", format));
        encrypted(id, encryption);
    }

    /** Its content is, or is to be, encrypted so. */
    public void encrypted(UUID id, @Nullable ImageEncryption encryption) {
        var _ =
                update(
                        "update volume set encryption = :encryption, secret = :secret where id = :id",
                        id,
                        statement ->
                                statement
                                        .bind(
                                                "encryption",
                                                encryption == null ? null : encryption.format())
                                        .bind(
                                                "secret",
                                                encryption == null ? null : encryption.secret()));
    }

    /** Its image was checked. */
    public void checked(UUID id, CheckFigures report) {
        var _ =
                update(
                        "update volume set checked_at = now(), corruptions = :corruptions, leaks = :leaks"
                                + " where id = :id",
                        id,
                        statement ->
                                statement
                                        .bind(
                                                "corruptions",
                                                report.corruptions() + report.checkErrors())
                                        .bind("leaks", report.leaks()));
    }

    /** A worker did not find its file, or found another; false if that was known. */
    public boolean lost(UUID id, boolean isMissing) {
        var column = isMissing ? "missing" : "drifted";
        return update(
                        "update volume set "
                                + column
                                + " = true"
                                + CHANGED
                                + " where id = :id and state = 'AVAILABLE' and not "
                                + column,
                        id,
                        statement -> statement)
                == 1;
    }

    /** It was not deleted after all. */
    public boolean kept(UUID id, boolean drifted) {
        return update(
                        "update volume set state = 'AVAILABLE', drifted = drifted or :drifted"
                                + CHANGED
                                + " where id = :id and state = 'DELETING'",
                        id,
                        statement -> statement.bind("drifted", drifted))
                == 1;
    }

    private interface Values {
        Update bind(Update statement);
    }

    private int update(String sql, UUID id, Values values) {
        return jdbi.withHandle(
                handle -> values.bind(handle.createUpdate(sql).bind("id", id)).execute());
    }
}
