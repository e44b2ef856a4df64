package dev.cistern.volume.work;

import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.Json;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.sql.Columns;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The files of each pool as its last scan found them. The pages of a scan are kept apart until all
 * have come; then they take the place of what was known, or change it if they tell the difference.
 */
final class PoolFiles {
    private static final String FACTS =
            "format, capacity, allocation, fault, backing_file, backing_format, inode, size, modified,"
                    + " file_mode, file_owner, file_group, snapshots, options, part_of";

    private static final String OLD = of("f");
    private static final String NEW = of("excluded");

    private final Jdbi jdbi;

    private static String of(String row) {
        return row + "." + FACTS.replace(", ", ", " + row + ".");
    }

    PoolFiles(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Takes in some of the files; the first page replaces what an earlier attempt has sent. */
    void page(UUID operation, int page, List<FileFacts> files, List<String> gone) {
        if (page == 0) {
            forget(operation);
        }
        jdbi.useHandle(
                handle -> {
                    handle.execute(
                            "insert into scan_page (operation, page) values (?, ?) on conflict do nothing",
                            operation,
                            page);
                    insert(handle, operation, files);
                    handle.createUpdate(
                                    "insert into scan_gone (operation, name)"
                                            + " select :operation, unnest(:gone::text[]) on conflict do nothing")
                            .bind("operation", operation)
                            .bindArray("gone", String.class, gone)
                            .execute();
                });
    }

    private static void insert(Handle handle, UUID operation, List<FileFacts> files) {
        if (files.isEmpty()) {
            return;
        }
        var permissions = files.stream().map(FileFacts::permissions).toList();
        handle.createUpdate(
                        "insert into scan_entry (operation, name, "
                                + FACTS
                                + ") select :operation, name, format, capacity, allocation, fault, backing_file,"
                                + " backing_format, inode, size, cast(modified as timestamptz), file_mode, file_owner,"
                                + " file_group, cast(snapshots as jsonb), cast(options as jsonb), part_of"
                                + " from unnest(:names, :formats, :capacities, :allocations, :faults, :backingFiles,"
                                + " :backingFormats, :inodes, :sizes, :modified, :modes, :owners, :groups, :snapshots, :options, :partOf)"
                                + " as e (name, "
                                + FACTS
                                + ") on conflict do nothing")
                .bind("operation", operation)
                .bind("names", Columns.texts(files, FileFacts::name))
                .bind("formats", Columns.texts(files, FileFacts::format))
                .bind("capacities", Columns.longs(files, FileFacts::capacity))
                .bind("allocations", Columns.longs(files, FileFacts::allocation))
                .bind("faults", Columns.texts(files, FileFacts::problem))
                .bind("backingFiles", Columns.texts(files, FileFacts::backingFile))
                .bind("backingFormats", Columns.texts(files, FileFacts::backingFormat))
                .bind("inodes", Columns.longs(files, FileFacts::inode))
                .bind("sizes", Columns.longs(files, FileFacts::size))
                .bind("modified", Columns.texts(files, file -> file.modified().toString()))
                .bind("modes", Columns.longs(permissions, Permissions::mode))
                .bind("owners", Columns.longs(permissions, Permissions::owner))
                .bind("groups", Columns.longs(permissions, Permissions::group))
                .bind("snapshots", Columns.texts(files, PoolFiles::snapshots))
                .bind("options", Columns.texts(files, PoolFiles::options))
                .bind("partOf", Columns.texts(files, FileFacts::partOf))
                .execute();
    }

    private static @Nullable String snapshots(FileFacts file) {
        return file.snapshots().isEmpty() ? null : Json.text(file.snapshots());
    }

    private static @Nullable String options(FileFacts file) {
        return file.options() == null ? null : Json.text(file.options());
    }

    /** How many pages have come. */
    int pages(UUID operation) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select count(*) from scan_page where operation = :operation")
                                .bind("operation", operation)
                                .mapTo(Integer.class)
                                .one());
    }

    /** Drops what a scan has sent. */
    void forget(UUID operation) {
        jdbi.useHandle(
                handle -> {
                    handle.execute("delete from scan_entry where operation = ?", operation);
                    handle.execute("delete from scan_gone where operation = ?", operation);
                    handle.execute("delete from scan_page where operation = ?", operation);
                });
    }

    /**
     * Takes over what a scan has sent, whole or as the difference to the scan before.
     *
     * @param start place in the order of changes at which it began
     */
    void take(UUID operation, UUID pool, long start, boolean whole) {
        jdbi.useHandle(
                handle -> {
                    removeGone(handle, operation, pool, whole);
                    merge(handle, operation, pool, start);
                });
        forget(operation);
    }

    private static void removeGone(Handle handle, UUID operation, UUID pool, boolean whole) {
        handle.createUpdate(
                        "delete from pool_file f where f.pool = :pool and "
                                + (whole
                                        ? "not exists (select from scan_entry e where e.operation = :operation"
                                                + " and e.name = f.name offset 0)"
                                        : "exists (select from scan_gone g where g.operation = :operation"
                                                + " and g.name = f.name offset 0)"))
                .bind("operation", operation)
                .bind("pool", pool)
                .execute();
    }

    private static void merge(Handle handle, UUID operation, UUID pool, long start) {
        handle.createUpdate(
                        "insert into pool_file as f (pool, name, "
                                + FACTS
                                + ", since) select :pool, name, "
                                + FACTS
                                + ", :start from scan_entry where operation = :operation"
                                + " on conflict (pool, name) do update set ("
                                + FACTS
                                + ", since) = row("
                                + NEW
                                + ", case when (f.size, f.modified) = (excluded.size, excluded.modified)"
                                + " then f.since else excluded.since end)"
                                + " where row("
                                + OLD
                                + ") is distinct from row("
                                + NEW
                                + ")")
                .bind("operation", operation)
                .bind("pool", pool)
                .bind("start", start)
                .execute();
    }
}
