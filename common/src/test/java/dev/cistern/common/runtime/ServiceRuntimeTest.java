package dev.cistern.common.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.inbox.Delivery;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.message.Json;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Owner;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.ResultMessage;
import dev.cistern.common.message.TopicCatalog;
import dev.cistern.common.message.Topics;
import dev.cistern.common.operation.Admission;
import dev.cistern.common.operation.BulkLimits;
import dev.cistern.common.operation.Claim;
import dev.cistern.common.operation.History;
import dev.cistern.common.operation.NewOperation;
import dev.cistern.common.operation.NewOperation.Requester;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.OperationState;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.operation.UseCase;
import dev.cistern.common.outbox.OutboxMessage;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.testing.Database;
import dev.cistern.common.testing.Topic;
import dev.cistern.common.trace.Traces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** The mechanism from a request to its end, with this test as the worker. */
class ServiceRuntimeTest {
    private final String group = "group-" + UUID.randomUUID();

    private static final class Delete implements UseCase {
        @Override
        public String kind() {
            return "Delete";
        }

        @Override
        public Turn begin(Operation operation) {
            return new Turn.Send(
                    new Command.DeleteVolume(
                            new PoolPlace(new UUID(1, 1), new UUID(2, 2), 1, "/pool"),
                            operation.target(),
                            2,
                            "disk",
                            null));
        }

        @Override
        public Turn completed(Operation operation, Result result) {
            return new Turn.Finish(Map.of());
        }

        @Override
        public void failed(Operation operation, Problem problem) {}
    }

    @Test
    void aRequestGoesToAWorkerAndEndsWithItsResult() throws Exception {
        try (var admin = Admin.create(Topic.kafka())) {
            new TopicCatalog(Topic.OF_INSTALLATION).createGroup(admin, group);
        }
        try (var database = Database.create();
                var runtime = runtime(database)) {
            runtime.start();
            runtime.watchdog().heard(heartbeat());
            var things = database.things(2);
            var all = things.stream().map(thing -> accept(runtime, thing)).toList();

            var commands = new Topic(Topics.commands(group, Lane.METADATA)).read(2);
            runtime.results("results").take(commands.stream().map(this::done).toList());

            for (var id : all) {
                runtime.ends()
                        .await(
                                id,
                                Duration.ofSeconds(30),
                                () -> runtime.operations().get(id).state().ended());
                assertThat(runtime.operations().get(id).state())
                        .isEqualTo(OperationState.SUCCEEDED);
            }
        }
    }

    private ServiceRuntime runtime(Database database) {
        return new ServiceRuntime(
                new Foundation(
                        database.schema(),
                        database.dataSource(),
                        database.synchronizations(),
                        Topic.kafka(),
                        Traces.NONE),
                new ServiceRuntime.Business(
                        Owner.VOLUME,
                        "thing",
                        List.of(new Delete()),
                        _ -> List.of(),
                        new Admission.Limits(5, 10),
                        BulkLimits.NONE,
                        History.Retention.DEFAULT,
                        () -> true));
    }

    private Heartbeat heartbeat() {
        return new Heartbeat(
                "worker",
                new UUID(3, 3),
                List.of(group),
                "1",
                Instant.now(),
                new Heartbeat.Slots(4, 4),
                new Heartbeat.Slots(1, 1),
                List.of());
    }

    private UUID accept(ServiceRuntime runtime, UUID thing) {
        return runtime.foundation()
                .transactions()
                .call(
                        () ->
                                runtime.operations()
                                        .accept(
                                                new NewOperation(
                                                        "Delete",
                                                        "volume",
                                                        thing,
                                                        "disk",
                                                        new UUID(1, 1),
                                                        Requester.SYSTEM,
                                                        group,
                                                        Lane.METADATA,
                                                        List.of(Claim.exclusive(thing)),
                                                        Map.of(),
                                                        Set.of(),
                                                        Duration.ofMinutes(1)))
                                        .id());
    }

    private Delivery done(ConsumerRecord<String, byte[]> taken) {
        try {
            var command = Json.read(taken.value(), CommandMessage.class);
            var result =
                    new ResultMessage(
                            command.operation(),
                            command.attempt(),
                            command.owner(),
                            "worker",
                            Instant.now(),
                            command.traceparent(),
                            new Result.VolumeDeleted(new UUID(4, 4)));
            var message =
                    new ConsumerRecord<>(
                            Topics.RESULTS, 0, taken.offset(), taken.key(), Json.bytes(result));
            message.headers().add(OutboxMessage.ID, result.id().getBytes(StandardCharsets.UTF_8));
            return Delivery.of(message);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
