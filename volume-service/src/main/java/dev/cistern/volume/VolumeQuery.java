package dev.cistern.volume;

import dev.cistern.common.message.ImageEncryption;
import dev.cistern.common.message.Json;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Reads volumes for users. */
public final class VolumeQuery {
    /**
     * What {@link #read} takes, of volumes as {@code v} and their pools as {@code p}. {@code offset
     * 0}: looked up for each volume, where PostgreSQL might gather all operations that are live.
     */
    static final String FIELDS =
            "select v.*, p.name as pool_name, p.path as pool_path,"
                    + " exists (select from operation o where o.target = v.id and o.finished_at is null"
                    + " and o.settles is null offset 0) as busy,"
                    + " exists (select from operation o where o.target = v.id and o.finished_at is null"
                    + " and o.settles is not null offset 0) as unsettled,"
                    + " (v.backing_file is not null and "
                    + unknown("v.backing_file")
                    + " or v.snapshot is not null and exists (select from snapshot s"
                    + " where s.volume = v.id and s.state = 'AVAILABLE' and s.backing_file is not null"
                    + " and "
                    + unknown("s.backing_file")
                    + ")) as base_missing";

    /** Neither a volume of the pool nor a file of a snapshot, of the volume's own or another's. */
    private static String unknown(String file) {
        return "not exists (select from volume b where b.pool = v.pool and b.state in"
                + " ('CREATING', 'AVAILABLE', 'DELETING') and not b.missing and b.name = base_name("
                + file
                + ", p.path)) and not exists (select from snapshot o join volume b on b.id = o.volume"
                + " where o.id = sealed_snapshot("
                + file
                + ", p.path) and o.state = 'AVAILABLE' and o.kind = 'EXTERNAL'"
                + " and (b.id = v.id or b.pool = v.pool and b.state in"
                + " ('CREATING', 'AVAILABLE', 'DELETING')))";
    }

    static final String POOL = " join pool_view p on p.id = v.pool";

    private static final String SELECT = FIELDS + " from volume v" + POOL + " where ";

    private final Jdbi jdbi;

    /** Queries in the schema of {@code jdbi}. */
    public VolumeQuery(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * Which volumes.
     *
     * @param pool name or id of the pool, or null for all
     * @param state null for all but those in the trash and the deleted
     * @param labels that they have with these values, or with any where the value is empty
     */
    public record Filter(
            @Nullable String pool,
            @Nullable String name,
            @Nullable VolumeState state,
            @Nullable String format,
            Map<String, Optional<String>> labels) {}

    /** A volume, whatever its state. */
    public Optional<Volume> find(UUID id) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(SELECT + "v.id = :id")
                                .bind("id", id)
                                .map((row, _) -> read(row))
                                .findOne());
    }

    /**
     * A volume by id or as {@code POOL:NAME}; those in the trash and the deleted are found by id
     * only.
     *
     * @throws ProblemException if there is none
     */
    public Volume get(String reference) {
        return find(reference)
                .orElseThrow(
                        () ->
                                new ProblemException(
                                        ProblemCode.VOLUME_NOT_FOUND,
                                        "there is no volume '%s'; volumes go by id or POOL:NAME"
                                                .formatted(reference)));
    }

    /** The same; empty if there is none. */
    public Optional<Volume> find(String reference) {
        return withId(reference).or(() -> named(reference));
    }

    private Optional<Volume> withId(String text) {
        try {
            return find(UUID.fromString(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /**
     * The operation that makes a volume which is not there yet, as long as it has not ended: what
     * is asked of the volume meanwhile builds on it.
     */
    public Optional<UUID> creationOf(Volume volume) {
        return volume.state() != VolumeState.CREATING
                ? Optional.empty()
                : jdbi.withHandle(
                        handle ->
                                handle.createQuery(
                                                "select id from operation where target = :id and settles is null"
                                                        + " and finished_at is null order by sequence limit 1")
                                        .bind("id", volume.id())
                                        .mapTo(UUID.class)
                                        .findOne());
    }

    /** The operations on a volume that have not ended, in their order. */
    public List<UUID> unfinished(UUID volume) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select id from operation where target = :id and settles is null"
                                                + " and finished_at is null order by sequence")
                                .bind("id", volume)
                                .mapTo(UUID.class)
                                .list());
    }

    /** Names of pools may have colons too, so each is tried. */
    private Optional<Volume> named(String reference) {
        for (var colon = reference.indexOf(':');
                colon >= 0;
                colon = reference.indexOf(':', colon + 1)) {
            var found = named(reference.substring(0, colon), reference.substring(colon + 1));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<Volume> named(String pool, String name) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        SELECT
                                                + "(p.name = :pool or p.id::text = :pool) and v.name = :name"
                                                + " and v.state not in ('TRASHED', 'DELETED')"
                                                + " and v.name_for is null"
                                                + " order by v.state = 'ERROR', v.position desc limit 1")
                                .bind("pool", pool)
                                .bind("name", name)
                                .map((row, _) -> read(row))
                                .findOne());
    }

    /** Volumes in the order in which they became known. */
    public List<Volume> list(Filter filter, long after, int limit) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        SELECT
                                                + "v.position > :after and v.name_for is null"
                                                + (filter.pool() == null
                                                        ? ""
                                                        : " and v.pool in (select id from pool_view where name = :pool"
                                                                + " or id::text = :pool)")
                                                + (filter.name() == null
                                                        ? ""
                                                        : " and v.name = :name")
                                                + (filter.state() == null
                                                        ? " and v.state not in ('TRASHED', 'DELETED')"
                                                        : " and v.state = :state")
                                                + (filter.format() == null
                                                        ? ""
                                                        : " and v.format = :format")
                                                + (filter.labels().isEmpty()
                                                        ? ""
                                                        : " and v.labels @> :valued::jsonb"
                                                                + " and jsonb_exists_all(v.labels, :keys)")
                                                + " order by v.position limit :limit")
                                .bind("valued", Json.text(valued(filter.labels())))
                                .bind("keys", filter.labels().keySet().toArray(String[]::new))
                                .bind("after", after)
                                .bind("pool", filter.pool())
                                .bind("name", filter.name())
                                .bind("state", filter.state())
                                .bind("format", filter.format())
                                .bind("limit", limit)
                                .map((row, _) -> read(row))
                                .list());
    }

    private static Map<String, String> valued(Map<String, Optional<String>> labels) {
        return labels.entrySet().stream()
                .filter(label -> label.getValue().isPresent())
                .collect(Collectors.toMap(Map.Entry::getKey, label -> label.getValue().get()));
    }

    static Volume read(ResultSet row) throws SQLException {
        var inode = row.getLong("inode");
        var hasInode = !row.wasNull();
        return new Volume(
                row.getObject("id", UUID.class),
                row.getLong("position"),
                row.getObject("pool", UUID.class),
                row.getString("pool_name"),
                row.getString("pool_path"),
                row.getString("name"),
                row.getString("tenant"),
                row.getString("format"),
                row.getLong("capacity"),
                row.getLong("allocation"),
                VolumeState.valueOf(row.getString("state")),
                row.getBoolean("missing"),
                row.getBoolean("drifted"),
                row.getString("fault"),
                row.getString("backing_file"),
                row.getString("backing_format"),
                hasInode ? inode : null,
                new Permissions(
                        row.getInt("file_owner"),
                        row.getInt("file_group"),
                        row.getInt("file_mode")),
                row.getLong("generation"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant(),
                row.getBoolean("busy"),
                row.getBoolean("unsettled"),
                lastCheck(row),
                labels(row.getString("labels")),
                Objects.requireNonNullElse(row.getString("description"), ""),
                row.getBoolean("base_missing"),
                VolumeState.TRASHED.name().equals(row.getString("state"))
                        && row.getObject("trashed_until") == null,
                encryption(row));
    }

    private static @Nullable ImageEncryption encryption(ResultSet row) throws SQLException {
        var format = row.getString("encryption");
        return format == null ? null : new ImageEncryption(format, row.getString("secret"));
    }

    @SuppressWarnings("unchecked") // they are written as texts only
    static Map<String, String> labels(String json) {
        return "{}".equals(json) ? Map.of() : Map.copyOf(Json.readOwn(json, Map.class));
    }

    private static Volume.@Nullable LastCheck lastCheck(ResultSet row) throws SQLException {
        var at = row.getObject("checked_at", OffsetDateTime.class);
        return at == null
                ? null
                : new Volume.LastCheck(
                        at.toInstant(), row.getLong("corruptions"), row.getLong("leaks"));
    }
}
