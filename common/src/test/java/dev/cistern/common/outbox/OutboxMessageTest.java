package dev.cistern.common.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.Control;
import dev.cistern.common.message.InternalEvent;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Owner;
import dev.cistern.common.message.PoolPlace;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class OutboxMessageTest {
    private static final UUID POOL = new UUID(1, 1);
    private static final UUID OPERATION = new UUID(2, 2);

    @Test
    void aCommandGoesToItsGroupAndLaneUnderItsOperation() {
        var command =
                new CommandMessage(
                        OPERATION,
                        1,
                        Owner.POOL,
                        "trace",
                        new Command.StopPool(new PoolPlace(POOL, POOL, 1, "/pool")));

        var message = OutboxMessage.command(command, "node-1", Lane.BULK);

        assertThat(message.topic()).isEqualTo("cistern.commands.node-1.bulk");
        assertThat(OutboxMessage.command(command, "node-1", Lane.METADATA).topic())
                .isEqualTo("cistern.commands.node-1");
        assertThat(message.key()).isEqualTo(OPERATION.toString());
        assertThat(message.headers())
                .containsEntry("cistern-id", message.id().toString())
                .containsEntry("cistern-type", "StopPool")
                .containsEntry("traceparent", "trace");
    }

    @Test
    void wordBetweenTheServicesIsKeyedByThePool() {
        var message = OutboxMessage.internal(new InternalEvent.PoolClosing(POOL, OPERATION, 2));

        assertThat(message.topic()).isEqualTo("cistern.internal");
        assertThat(message.key()).isEqualTo(POOL.toString());
        assertThat(message.headers()).containsEntry("cistern-type", "PoolClosing");
    }

    @Test
    void wordToEveryWorkerIsControl() {
        var message = OutboxMessage.control(new Control.CancelOperation(OPERATION));

        assertThat(message.topic()).isEqualTo("cistern.control");
        assertThat(message.headers()).containsEntry("cistern-type", "CancelOperation");
    }
}
