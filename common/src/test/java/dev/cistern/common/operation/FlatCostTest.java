package dev.cistern.common.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Lane;
import dev.cistern.common.operation.Operations.Ready;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What an operation costs PostgreSQL does not grow with how many are under way, on tables of which
 * it knows nothing yet: counted in the rows that it looks at.
 */
class FlatCostTest {
    private static final int UNDER_WAY = 2_000;
    private static final int BATCH = 100;
    private static final int SOME = 10;
    private static final int ROWS_FOR_EACH = 40;

    private final TestService service = new TestService();
    private List<UUID> out = List.of();

    @BeforeEach
    void fill() {
        service.database.execute("alter table operation set (autovacuum_enabled = off)");
        service.database.execute("alter table claim set (autovacuum_enabled = off)");
        service.resize(TestService.ROAD, SOME);
        out = accept(2 * SOME);
        for (var count = 0; count < UNDER_WAY; count += BATCH) {
            var _ = accept(BATCH);
        }
    }

    @AfterEach
    void close() {
        service.close();
    }

    private List<UUID> accept(int count) {
        var requests =
                service.database.things(count).stream()
                        .map(
                                thing ->
                                        new Ready(
                                                TestService.request(
                                                        Lane.METADATA,
                                                        Set.of(),
                                                        Claim.exclusive(thing)),
                                                TestService.create(thing)))
                        .toList();
        return service
                .database
                .transactions()
                .call(() -> service.operations.acceptAll(requests))
                .stream()
                .map(Operation::id)
                .toList();
    }

    /** Rows that the connection of the transaction at hand has looked at. */
    private long rows() {
        return service.database.number(
                "select coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::bigint"
                        + " from pg_stat_xact_user_tables where schemaname = current_schema()");
    }

    @Test
    void results() {
        var ended = out.subList(0, SOME);
        var messages =
                ended.stream()
                        .map(
                                id ->
                                        TestService.message(
                                                id,
                                                1,
                                                TestService.created(service.get(id).target())))
                        .toList();

        var looked =
                service.database
                        .transactions()
                        .call(
                                () -> {
                                    var before = rows();
                                    service.operations.expect(ended);
                                    service.operations.reportExpected(messages);
                                    return rows() - before;
                                });

        assertThat(ended).extracting(service::state).containsOnly(OperationState.SUCCEEDED);
        assertThat(looked).isPositive().isLessThan(SOME * ROWS_FOR_EACH);
    }

    @Test
    void requests() {
        var thing = service.database.things(1).getFirst();
        var looked =
                service.database
                        .transactions()
                        .call(
                                () -> {
                                    var before = rows();
                                    var _ =
                                            service.operations.accept(
                                                    TestService.request(
                                                            Lane.METADATA,
                                                            Set.of(),
                                                            Claim.exclusive(thing)));
                                    return rows() - before;
                                });

        assertThat(looked).isPositive().isLessThan(ROWS_FOR_EACH);
    }
}
