package dev.cistern.volume;

import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.ImageRef;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Decisions about volumes that get another file than they had, or are put aside with it; each like
 * those of {@link Volumes}.
 */
public final class VolumeAdoption {
    private static final String CHANGED =
            ", changed = nextval('change_sequence'), updated_at = now()";

    private static final String NAME_IS_FREE =
            "not exists (select from volume o where o.pool = v.pool and o.name = v.name"
                    + " and o.id <> v.id and o.state in ('CREATING', 'AVAILABLE', 'DELETING'))";

    private final Jdbi jdbi;

    /** The volumes in the schema of {@code jdbi}. */
    public VolumeAdoption(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** The file is the volume's. One that was given up comes back if its name is free. */
    public boolean adopted(UUID id, FileFacts file) {
        return jdbi.withHandle(
                handle ->
                        handle.createUpdate(
                                                "update volume v set state = 'AVAILABLE', missing = false,"
                                                        + " drifted = false, format = :format, capacity = :capacity,"
                                                        + " allocation = :allocation, inode = :inode, fault = :fault,"
                                                        + " backing_file = :backingFile, backing_format = :backingFormat,"
                                                        + " file_mode = :mode, file_owner = :owner, file_group = :group,"
                                                        + " secret = case when inode = :inode and encryption = :encryption then secret end,"
                                                        + " encryption = :encryption"
                                                        + CHANGED
                                                        + " where id = :id and (state in ('CREATING', 'AVAILABLE')"
                                                        + " or state in ('ERROR', 'DELETED') and "
                                                        + NAME_IS_FREE
                                                        + ")")
                                        .bind("id", id)
                                        .bind("format", file.format())
                                        .bind("capacity", file.capacity())
                                        .bind("allocation", file.allocation())
                                        .bind("inode", file.inode())
                                        .bind("fault", file.problem())
                                        .bind("backingFile", file.backingFile())
                                        .bind("backingFormat", file.backingFormat())
                                        .bind("mode", file.permissions().mode())
                                        .bind("owner", file.permissions().owner())
                                        .bind("group", file.permissions().group())
                                        .bind("encryption", encryption(file))
                                        .execute()
                                == 1);
    }

    private static @Nullable String encryption(FileFacts file) {
        var encryption = file.options() == null ? null : file.options().encryption();
        return encryption == null ? null : encryption.format();
    }

    /** The file that the last scan has found under a volume's name; its own if there was none. */
    public ImageRef found(Volume volume) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select format, inode from pool_file where pool = :pool and name = :name")
                                .bind("pool", volume.poolId())
                                .bind("name", volume.name())
                                .map(
                                        (row, _) ->
                                                new ImageRef(
                                                        volume.name(),
                                                        row.getString("format"),
                                                        row.getLong("inode")))
                                .findOne()
                                .orElse(volume.image()));
    }

    /** The file that was found is put aside for as long as nobody asks for it. */
    public boolean quarantined(UUID id, ImageRef image) {
        return jdbi.withHandle(
                handle -> {
                    handle.createUpdate(
                                    "update volume v set format = e.format, capacity = e.capacity,"
                                            + " allocation = e.allocation, inode = e.inode, fault = e.fault,"
                                            + " backing_file = e.backing_file, backing_format = e.backing_format"
                                            + " from pool_file e where v.id = :id and v.state = 'DELETING'"
                                            + " and e.pool = v.pool and e.name = v.name and e.inode = :inode")
                            .bind("id", id)
                            .bind("inode", image.inode())
                            .execute();
                    return handle.createUpdate(
                                            "update volume set state = 'TRASHED', missing = false, drifted = false,"
                                                    + " trashed_until = null"
                                                    + CHANGED
                                                    + " where id = :id and state in ('AVAILABLE', 'DELETING')")
                                    .bind("id", id)
                                    .execute()
                            == 1;
                });
    }
}
