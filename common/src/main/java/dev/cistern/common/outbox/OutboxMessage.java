package dev.cistern.common.outbox;

import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.Control;
import dev.cistern.common.message.InternalEvent;
import dev.cistern.common.message.Json;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Topics;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A message to Kafka.
 *
 * @param id the same however often it is delivered; consumers tell repeats by it
 * @param key decides the partition: messages with one key come in the order written
 * @param payload JSON
 */
public record OutboxMessage(
        UUID id, String topic, String key, Map<String, String> headers, String payload) {
    /** Header with the message's id. */
    public static final String ID = "cistern-id";

    /** Header with the message's type. */
    public static final String TYPE = "cistern-type";

    private static final String TRACEPARENT = "traceparent";

    /** A command to a worker group. */
    public static OutboxMessage command(CommandMessage message, String group, Lane lane) {
        return internal(
                Topics.commands(group, lane),
                message.operation().toString(),
                message.command().kind(),
                message.traceparent(),
                Json.text(message));
    }

    /** Word to every worker. */
    public static OutboxMessage control(Control message) {
        return internal(
                Topics.CONTROL, "", message.getClass().getSimpleName(), null, Json.text(message));
    }

    /** Word to the other service. */
    public static OutboxMessage internal(InternalEvent event) {
        return internal(
                Topics.INTERNAL,
                event.poolId().toString(),
                event.getClass().getSimpleName(),
                null,
                Json.text(event));
    }

    private static OutboxMessage internal(
            String topic, String key, String type, @Nullable String traceparent, String payload) {
        var id = UUID.randomUUID();
        var headers = new LinkedHashMap<String, String>();
        headers.put(ID, id.toString());
        headers.put(TYPE, type);
        if (traceparent != null) {
            headers.put(TRACEPARENT, traceparent);
        }
        return new OutboxMessage(id, topic, key, headers, payload);
    }
}
