package dev.cistern.volume;

import dev.cistern.common.message.KeptFile;
import dev.cistern.common.message.SnapshotFacts;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.common.sql.Columns;
import dev.cistern.volume.Snapshot.State;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The rows of snapshots. Each method is one statement in the caller's transaction. */
public final class Snapshots {
    private static final String SELECT =
            "select s.*, coalesce(v.snapshot = s.id, false) as current from snapshot s"
                    + " join volume v on v.id = s.volume where ";

    private static final String LIVE = "s.state in ('CREATING', 'AVAILABLE')";

    private final Jdbi jdbi;

    /** The snapshots in the schema of {@code jdbi}. */
    public Snapshots(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Those of a volume that are there or are being taken, oldest first. */
    public List<Snapshot> of(UUID volume) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        SELECT
                                                + "s.volume = :volume and "
                                                + LIVE
                                                + " order by s.position")
                                .bind("volume", volume)
                                .map((row, _) -> read(row))
                                .list());
    }

    /** A snapshot that exists, whatever its state. */
    public Snapshot get(UUID id) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(SELECT + "s.id = :id")
                                .bind("id", id)
                                .map((row, _) -> read(row))
                                .one());
    }

    /**
     * A snapshot of a volume by id or name; of several with the name the last one, as in virsh.
     *
     * @throws ProblemException if there is none
     */
    public Snapshot get(Volume volume, String reference) {
        return of(volume.id()).stream()
                .filter(each -> each.id().toString().equals(reference))
                .findFirst()
                .or(() -> named(volume, reference))
                .orElseThrow(
                        () ->
                                new ProblemException(
                                        ProblemCode.SNAPSHOT_NOT_FOUND,
                                        "volume '%s' has no snapshot '%s'"
                                                .formatted(volume.name(), reference)));
    }

    private Optional<Snapshot> named(Volume volume, String name) {
        return of(volume.id()).stream()
                .filter(each -> each.name().equals(name))
                .reduce((_, last) -> last);
    }

    /**
     * A snapshot that is to be taken.
     *
     * @param kind where it is to be, unless the volume is of another format by then
     * @throws ProblemException if the name is taken
     */
    public UUID requested(
            Volume volume, String name, @Nullable String description, Snapshot.Kind kind) {
        if (named(volume, name).isPresent()) {
            throw taken(volume, name);
        }
        var id = UUID.randomUUID();
        var rows =
                jdbi.withHandle(
                        handle ->
                                handle.execute(
                                        "insert into snapshot (id, volume, name, description, state, kind, capacity, taken_at)"
                                                + " values (?, ?, ?, ?, 'CREATING', ?, ?, now()) on conflict (volume, name)"
                                                + " where state = 'CREATING' do nothing",
                                        id,
                                        volume.id(),
                                        name,
                                        description,
                                        kind.name(),
                                        volume.capacity()));
        if (rows == 0) {
            throw taken(volume, name);
        }
        return id;
    }

    private static ProblemException taken(Volume volume, String name) {
        return new ProblemException(
                ProblemCode.NAME_TAKEN,
                "volume '%s' has a snapshot '%s' already".formatted(volume.name(), name));
    }

    /** Names the operation that takes it. */
    public void takenBy(UUID id, UUID operation) {
        execute("update snapshot set operation = :value where id = :id", id, operation);
    }

    /** Its turn has come: this is the time that it bears, and where it is to be. */
    public void taking(UUID id, Instant at, Snapshot.Kind kind) {
        jdbi.useHandle(
                handle ->
                        handle.execute(
                                "update snapshot set taken_at = ?, kind = ? where id = ?",
                                at.atOffset(ZoneOffset.UTC),
                                kind.name(),
                                id));
    }

    /** It is there, on top of what the volume was at, and the volume is at it now. */
    public boolean taken(UUID id, SnapshotFacts facts) {
        return jdbi.withHandle(
                        handle ->
                                handle.createUpdate(
                                                "with made as (update snapshot s set state = 'AVAILABLE', image_id = :imageId,"
                                                        + " capacity = :capacity, state_bytes = :stateBytes, parent = v.snapshot"
                                                        + " from volume v where s.id = :id and v.id = s.volume"
                                                        + " and s.state in ('CREATING', 'ERROR') returning s.id, s.volume)"
                                                        + " update volume v set snapshot = made.id from made where v.id = made.volume")
                                        .bind("id", id)
                                        .bind("imageId", facts.id())
                                        .bind("capacity", facts.capacity())
                                        .bind("stateBytes", facts.stateBytes())
                                        .execute())
                == 1;
    }

    /** Its file is the one that the volume had, which builds on this. */
    public void sealed(UUID id, @Nullable String backingFile) {
        jdbi.useHandle(
                handle ->
                        handle.createUpdate(
                                        "update snapshot set backing_file = :file where id = :id")
                                .bind("id", id)
                                .bind("file", backingFile)
                                .execute());
    }

    /** What was over its file, of this name, is over what that was over. */
    public void merged(Snapshot snapshot, String file) {
        jdbi.useHandle(
                handle ->
                        handle.createUpdate(
                                        "update snapshot set backing_file = :below where volume = :volume"
                                                + " and backing_file = :file")
                                .bind("volume", snapshot.volume())
                                .bind("file", file)
                                .bind("below", snapshot.backingFile())
                                .execute());
    }

    /** What the files of a volume's snapshots take was told. */
    public void measured(UUID volume, List<KeptFile> files) {
        jdbi.useHandle(
                handle ->
                        handle.createUpdate(
                                        "update snapshot s set allocation = f.allocation"
                                                + " from unnest(:ids, :allocations) as f (id, allocation)"
                                                + " where s.id = f.id and s.volume = :volume")
                                .bind("volume", volume)
                                .bind("ids", Columns.uuids(files, KeptFile::snapshot))
                                .bind("allocations", Columns.longs(files, KeptFile::allocation))
                                .execute());
    }

    /** It could not be taken. */
    public boolean notTaken(UUID id) {
        return execute(
                        "update snapshot set state = 'ERROR' where id = :id and state = 'CREATING'",
                        id)
                == 1;
    }

    /** The volume is at it. */
    public void revertedTo(UUID id) {
        execute(
                "update volume v set snapshot = s.id from snapshot s where s.id = :id and v.id = s.volume",
                id);
    }

    /** It is gone: those above it, and the volume, are on top of what was below it. */
    public boolean deleted(UUID id) {
        return jdbi.withHandle(
                        handle -> {
                            handle.execute(
                                    "update snapshot c set parent = s.parent from snapshot s where s.id = ? and c.parent = s.id",
                                    id);
                            handle.execute(
                                    "update volume v set snapshot = s.parent from snapshot s where s.id = ? and v.snapshot = s.id",
                                    id);
                            return handle.execute(
                                    "update snapshot set state = 'DELETED', parent = null where id = ? and state = 'AVAILABLE'",
                                    id);
                        })
                == 1;
    }

    /** One that was found inside an image. */
    public UUID found(UUID volume, SnapshotFacts facts) {
        var id = UUID.randomUUID();
        jdbi.useHandle(
                handle ->
                        handle.execute(
                                "insert into snapshot (id, volume, name, state, image_id, capacity, state_bytes, taken_at)"
                                        + " values (?, ?, ?, 'AVAILABLE', ?, ?, ?, ?)",
                                id,
                                volume,
                                facts.name(),
                                facts.id(),
                                facts.capacity(),
                                facts.stateBytes(),
                                facts.taken().atOffset(ZoneOffset.UTC)));
        return id;
    }

    /** Numbers its next public event. */
    public long told(UUID id) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "update snapshot set event_sequence = event_sequence + 1 where id = :id"
                                                + " returning event_sequence")
                                .bind("id", id)
                                .mapTo(Long.class)
                                .one());
    }

    private int execute(String sql, UUID id) {
        return jdbi.withHandle(handle -> handle.createUpdate(sql).bind("id", id).execute());
    }

    private int execute(String sql, UUID id, Object value) {
        return jdbi.withHandle(
                handle -> handle.createUpdate(sql).bind("id", id).bind("value", value).execute());
    }

    private static Snapshot read(ResultSet row) throws SQLException {
        return new Snapshot(
                row.getObject("id", UUID.class),
                row.getLong("position"),
                row.getObject("volume", UUID.class),
                row.getString("name"),
                row.getString("description"),
                row.getObject("parent", UUID.class),
                State.valueOf(row.getString("state")),
                Snapshot.Kind.valueOf(row.getString("kind")),
                row.getString("image_id"),
                row.getLong("capacity"),
                row.getLong("state_bytes"),
                row.getObject("taken_at", OffsetDateTime.class).toInstant(),
                row.getObject("operation", UUID.class),
                row.getString("backing_file"),
                row.getObject("allocation", Long.class),
                row.getBoolean("current"));
    }
}
