package dev.cistern.partner;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/** Looks into the database of the service under test, past the service. */
public final class Rows {
    private static @Nullable Connection connection;

    private Rows() {}

    /** The number that a query answers. */
    public static long number(String sql, Object... values) {
        return with(
                sql,
                values,
                statement -> {
                    try (var rows = statement.executeQuery()) {
                        rows.next();
                        return rows.getLong(1);
                    }
                });
    }

    /** The text that a query answers. */
    public static String text(String sql, Object... values) {
        return with(
                sql,
                values,
                statement -> {
                    try (var rows = statement.executeQuery()) {
                        rows.next();
                        return rows.getString(1);
                    }
                });
    }

    /** Changes rows behind the service's back; returns how many. */
    public static int change(String sql, Object... values) {
        return with(sql, values, PreparedStatement::executeUpdate);
    }

    private interface Use<T> {
        T of(PreparedStatement statement) throws SQLException;
    }

    private static <T> T with(String sql, Object[] values, Use<T> use) {
        synchronized (Rows.class) {
            try (var statement = connection().prepareStatement(sql)) {
                for (var index = 0; index < values.length; index++) {
                    statement.setObject(index + 1, values[index]);
                }
                return use.of(statement);
            } catch (SQLException e) {
                throw new IllegalStateException(sql, e);
            }
        }
    }

    private static Connection connection() throws SQLException {
        if (connection == null) {
            var config = ConfigProvider.getConfig();
            connection =
                    DriverManager.getConnection(
                            config.getValue(Servers.DATABASE, String.class),
                            config.getValue("cistern.postgres.user", String.class),
                            config.getValue("cistern.postgres.password", String.class));
        }
        return connection;
    }
}
