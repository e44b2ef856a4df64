package dev.cistern.embedded;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** What the tests put into a database and read back. */
final class Rows {
    private Rows() {}

    static void createTable(PostgresServer server) throws SQLException {
        execute(server, "CREATE TABLE things (name text PRIMARY KEY)");
    }

    static void insert(PostgresServer server, String name) throws SQLException {
        execute(server, "INSERT INTO things VALUES ('" + name + "')");
    }

    /** About ten megabytes that do not compress, in a table of their own. */
    static void insertMany(PostgresServer server) throws SQLException {
        execute(server, "CREATE TABLE IF NOT EXISTS many (name uuid)");
        execute(
                server,
                "INSERT INTO many SELECT gen_random_uuid() FROM generate_series(1, 200000)");
    }

    static List<String> names(PostgresServer server) throws SQLException {
        return query(server, "SELECT name FROM things ORDER BY name");
    }

    static String setting(PostgresServer server, String name) throws SQLException {
        return query(server, "SHOW " + name).getFirst();
    }

    static Connection connect(PostgresServer server) throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
    }

    private static List<String> query(PostgresServer server, String sql) throws SQLException {
        try (Connection connection = connect(server);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    private static void execute(PostgresServer server, String sql) throws SQLException {
        try (Connection connection = connect(server);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
