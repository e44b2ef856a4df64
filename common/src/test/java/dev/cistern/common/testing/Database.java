package dev.cistern.common.testing;

import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionSynchronizationRegistryImple;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import dev.cistern.common.operation.Transactions;
import dev.cistern.common.sql.ArrayArguments;
import dev.cistern.embedded.TestServers;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.exceptionsorter.PostgreSQLExceptionSorter;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.agroal.narayana.NarayanaTransactionIntegration;
import io.quarkus.arc.Arc;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;

/**
 * A service's schema in a real PostgreSQL, new for each test, with the pool and the transaction
 * manager that Quarkus uses, and connections that are set as the services set theirs.
 */
public final class Database implements AutoCloseable {
    private static final List<String> SCRIPTS =
            List.of(
                    "/db/common/V1__operations.sql",
                    "/db/common/V2__outbox_times.sql",
                    "/db/common/V20__request_keys.sql",
                    "/db/common/V21__operation_pace.sql");
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String schema;
    private final AgroalDataSource dataSource;
    private final Jdbi jdbi;
    private final TransactionSynchronizationRegistry synchronizations =
            new TransactionSynchronizationRegistryImple();

    static {
        var _ = Arc.initialize();
        for (var store : List.of("default", "stateStore", "communicationStore")) {
            BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, store)
                    .setObjectStoreDir("target/transactions");
        }
    }

    private Database(String schema) throws SQLException {
        this.schema = schema;
        this.dataSource = dataSource(schema, synchronizations);
        this.jdbi = Jdbi.create(dataSource);
        jdbi.installPlugin(new ArrayArguments());
    }

    /** A schema with the tables of operations, outbox and inbox, and one of resources, thing. */
    public static Database create() {
        var schema = "service_" + COUNT.incrementAndGet();
        try {
            try (var connection =
                            DriverManager.getConnection(
                                    url(schema), servers().user(), servers().password());
                    var statement = connection.createStatement()) {
                statement.execute("create schema " + schema);
                for (var script : SCRIPTS) {
                    statement.execute(text(script));
                }
                statement.execute(
                        "create table thing (id uuid primary key, changes int not null default 0)");
            }
            return new Database(schema);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static TestServers servers() {
        return TestServers.shared();
    }

    /** JDBC URL of a schema. */
    public static String url(String schema) {
        return servers().jdbcUrl() + "?currentSchema=" + schema;
    }

    private static String text(String script) {
        try (var stream =
                Objects.requireNonNull(Database.class.getResourceAsStream(script), script)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static AgroalDataSource dataSource(
            String schema, TransactionSynchronizationRegistry synchronizations)
            throws SQLException {
        return AgroalDataSource.from(
                new AgroalDataSourceConfigurationSupplier()
                        .connectionPoolConfiguration(
                                pool ->
                                        pool.maxSize(24)
                                                .acquisitionTimeout(Duration.ofSeconds(10))
                                                .exceptionSorter(new PostgreSQLExceptionSorter())
                                                .transactionIntegration(
                                                        new NarayanaTransactionIntegration(
                                                                com.arjuna.ats.jta
                                                                        .TransactionManager
                                                                        .transactionManager(),
                                                                synchronizations))
                                                .connectionFactoryConfiguration(
                                                        connection ->
                                                                connection
                                                                        .jdbcUrl(url(schema))
                                                                        .initialSql(
                                                                                "set enable_seqscan = off")
                                                                        .principal(
                                                                                new NamePrincipal(
                                                                                        servers()
                                                                                                .user()))
                                                                        .credential(
                                                                                new SimplePassword(
                                                                                        servers()
                                                                                                .password())))));
    }

    /** The name of the schema. */
    public String schema() {
        return schema;
    }

    /** Connections that work in the schema. */
    public DataSource dataSource() {
        return dataSource;
    }

    /** Statements in the schema. */
    public Jdbi jdbi() {
        return jdbi;
    }

    /** Transactions on it. */
    public Transactions transactions() {
        return new Transactions();
    }

    /** Word of the end of transactions. */
    public TransactionSynchronizationRegistry synchronizations() {
        return synchronizations;
    }

    /** A number that a query answers. */
    public long number(String sql, Object... values) {
        return jdbi.withHandle(handle -> handle.select(sql, values).mapTo(Long.class).one());
    }

    /** Changes rows, outside of any transaction. */
    public void execute(String sql, Object... values) {
        jdbi.useHandle(handle -> handle.execute(sql, values));
    }

    /** Breaks all connections to the schema's database but the one that asks. */
    public void breakConnections() {
        execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                        + " where pid <> pg_backend_pid() and backend_type = 'client backend'"
                        + " and datname = current_database()");
    }

    /** New resources, as many as asked for. */
    public List<UUID> things(int count) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "insert into thing (id) select gen_random_uuid()"
                                                + " from generate_series(1, :count) returning id")
                                .bind("count", count)
                                .mapTo(UUID.class)
                                .list());
    }

    @Override
    public void close() {
        dataSource.close();
    }
}
