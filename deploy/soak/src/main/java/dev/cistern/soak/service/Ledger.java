package dev.cistern.soak.service;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Rows of the services that nobody sees by HTTP and that must fit together. */
final class Ledger implements AutoCloseable {
    private final Connection connection;

    Ledger(String address) throws SQLException {
        connection = DriverManager.getConnection(address);
    }

    /** What does not fit. */
    List<String> violations() throws SQLException {
        var violations = new ArrayList<String>();
        require(
                violations,
                "bytes are promised that no volume has, or the other way round",
                """
                select p.name || ': ' || promised.bytes || ' promised, ' || there.bytes || ' there'
                from volume.pool_view p,
                    lateral (select coalesce((select reserved from volume.ledger l where l.pool = p.id), 0)
                        + coalesce((select sum(bytes) from volume.ledger_entry e where e.pool = p.id), 0) as bytes) promised,
                    lateral (select coalesce(sum(capacity), 0) as bytes from volume.volume v where v.pool = p.id
                        and v.state in ('CREATING', 'AVAILABLE', 'DELETING')) there
                where promised.bytes <> there.bytes
                """);
        for (var schema : List.of("pool", "volume")) {
            require(
                    violations,
                    "a claim outlived its operation",
                    "select operation from %s.claim".formatted(schema));
            require(
                    violations,
                    "a message was not sent",
                    """
                    select topic || ' ' || coalesce(refused, '') from %s.outbox
                    where refused is not null or written_at < now() - interval '10 seconds'
                    """
                            .formatted(schema));
            require(
                    violations,
                    "an operation has not ended",
                    "select kind || ' ' || id || ' ' || state from %s.operation where finished_at is null"
                            .formatted(schema));
        }
        return violations;
    }

    private void require(List<String> violations, String otherwise, String sql)
            throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                violations.add(otherwise + ": " + rows.getString(1));
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
