package dev.cistern.common.inbox;

import dev.cistern.common.message.Json;
import dev.cistern.common.outbox.OutboxMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A message that has come.
 *
 * @param id the same for every delivery of it
 */
public record Delivery(String id, ConsumerRecord<String, byte[]> message) {

    /**
     * A message with its id from the header {@link OutboxMessage#ID}, else from its place in the
     * topic.
     */
    public static Delivery of(ConsumerRecord<String, byte[]> message) {
        var id = header(message, OutboxMessage.ID);
        return new Delivery(
                id != null
                        ? id
                        : message.topic() + "/" + message.partition() + "/" + message.offset(),
                message);
    }

    /** The type by its header, or an empty text. */
    public String type() {
        var type = header(message, OutboxMessage.TYPE);
        return type == null ? "" : type;
    }

    /**
     * The content.
     *
     * @throws IOException if it is not of this type
     */
    public <T> T read(Class<T> type) throws IOException {
        return Json.read(message.value(), type);
    }

    /** The value of a header, or null. */
    public static @Nullable String header(ConsumerRecord<?, ?> message, String name) {
        var header = message.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}
