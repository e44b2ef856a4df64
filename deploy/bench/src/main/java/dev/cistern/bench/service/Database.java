package dev.cistern.bench.service;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The PostgreSQL behind the services: what it did, and large inventories written into it. */
final class Database implements AutoCloseable {
    private final @Nullable Connection connection;

    /** The database of this JDBC address, or none: then it has done nothing that is known. */
    Database(@Nullable String address) throws SQLException {
        connection = address == null ? null : DriverManager.getConnection(address);
    }

    /** Transactions committed, and syncs of the write-ahead log, since some time. */
    record Work(long commits, long syncs) {
        Work since(Work earlier) {
            return new Work(commits - earlier.commits, syncs - earlier.syncs);
        }
    }

    Work work() {
        return new Work(
                number("select sum(xact_commit) from pg_stat_database"),
                number("select sum(fsyncs) from pg_stat_io where object = 'wal'"));
    }

    /**
     * Brings the inventory to this many volumes, each with the operation that created it, as if
     * they had been created long ago.
     */
    void fillTo(long volumes, String pool) {
        var there = number("select count(*) from volume.volume");
        if (volumes <= there) {
            return;
        }
        run(
                """
                insert into volume.volume (id, pool, name, tenant, format, capacity, allocation, state, inode, file_mode,
                    file_owner, file_group, changed, event_sequence, created_at)
                select gen_random_uuid(), '%s', 'old-' || n, 'default', 'qcow2', 1073741824, 196616, 'AVAILABLE', n, 384,
                    0, 0, nextval('volume.change_sequence'), 1, now() - interval '30 days'
                from generate_series(%d::bigint, %d) n
                """
                        .formatted(pool, there + 1, volumes));
        run(
                """
                insert into volume.operation (id, sequence, kind, target_type, target, target_name, pool, tenant, actor,
                    state, worker_group, lane, request, command, attempt, deadline, created_at, finished_at, result)
                select gen_random_uuid(), nextval('volume.operation_sequence'), 'CreateVolume', 'volume', v.id, v.name,
                    v.pool, 'default', 'bench', 'SUCCEEDED', 'local', 'METADATA', '{}',
                    jsonb_build_object('type', 'CreateVolume', 'name', v.name), 1, 3600, v.created_at, v.created_at,
                    jsonb_build_object('volumeId', v.id)
                from volume.volume v where v.pool = '%s' and v.event_sequence = 1
                    and not exists (select from volume.operation o where o.target = v.id)
                """
                        .formatted(pool));
        run("vacuum analyze volume.volume");
        run("vacuum analyze volume.operation");
        run("checkpoint");
    }

    /** The highest position in the inventory. */
    long lastPosition() {
        return number("select coalesce(max(position), 0) from volume.volume");
    }

    boolean known() {
        return connection != null;
    }

    private void run(String sql) {
        if (connection == null) {
            throw new BenchException("a large inventory needs --database");
        }
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new BenchException("the database refuses: " + e.getMessage(), e);
        }
    }

    private long number(String sql) {
        if (connection == null) {
            return 0;
        }
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new BenchException("the database does not tell: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws SQLException {
        if (connection != null) {
            connection.close();
        }
    }
}
