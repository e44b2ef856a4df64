package dev.cistern.common.metric;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Lane;
import dev.cistern.common.operation.OperationState;
import dev.cistern.common.testing.Database;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BacklogTest {
    private final Database database = Database.create();

    @AfterEach
    void close() {
        database.close();
    }

    private void operation(String state, int attempt, String accepted) {
        database.jdbi()
                .useHandle(
                        handle ->
                                handle.execute(
                                        "insert into operation (id, sequence, kind, target_type, target, target_name, pool,"
                                                + " tenant, actor, state, worker_group, lane, request, attempt, deadline,"
                                                + " created_at, finished_at)"
                                                + " values (?, nextval('operation_sequence'), 'Paint', 'thing', ?, 'wall', ?,"
                                                + " 't', 'a', ?, 'g', 'METADATA', '{}', ?, 60,"
                                                + " now() - cast(? as interval), case ? when 'FAILED' then now() end)",
                                        UUID.randomUUID(),
                                        UUID.randomUUID(),
                                        UUID.randomUUID(),
                                        state,
                                        attempt,
                                        accepted,
                                        state));
    }

    @Test
    void whatWaitsIsCountedByStateAndLane() {
        database.jdbi()
                .useHandle(
                        handle -> handle.execute("insert into lane values ('g', 'METADATA', 4)"));
        operation("WAITING", 0, "1 minute");
        operation("QUEUED", 0, "10 minutes");
        operation("QUEUED", 0, "1 minute");
        operation("QUEUED", 1, "1 minute");
        operation("FAILED", 1, "1 hour");

        var backlog = Backlog.read(database.jdbi());

        assertThat(backlog.in(OperationState.QUEUED).count()).isEqualTo(3);
        assertThat(backlog.in(OperationState.QUEUED).oldestSeconds()).isBetween(600.0, 700.0);
        assertThat(backlog.in(OperationState.WAITING).count()).isEqualTo(1);
        assertThat(backlog.in(OperationState.FAILED)).isEqualTo(Backlog.Heap.NONE);
        assertThat(backlog.lanes())
                .containsExactly(new Backlog.Lane("g", Lane.METADATA.name(), 8, 1, 2));
    }

    @Test
    void whatWaitsForKafkaIsCountedApartFromWhatIsRefused() {
        assertThat(Backlog.read(database.jdbi()).outbox()).isEqualTo(Backlog.Heap.NONE);
        database.jdbi()
                .useHandle(
                        handle ->
                                handle.execute(
                                        "insert into outbox (id, topic, key, headers, payload, refused, written_at) values"
                                                + " (gen_random_uuid(), 't', 'k', '{}', '', null, now() - interval '1 minute'),"
                                                + " (gen_random_uuid(), 't', 'k', '{}', '', 'too large', now() - interval '1 hour')"));

        var backlog = Backlog.read(database.jdbi());

        assertThat(backlog.outbox().count()).isEqualTo(1);
        assertThat(backlog.outbox().oldestSeconds()).isBetween(60.0, 160.0);
        assertThat(backlog.refused()).isEqualTo(1);
    }
}
