package dev.cistern.common.inbox;

import dev.cistern.common.message.Json;
import dev.cistern.common.outbox.OutboxMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A message that has come; its content is read once, however often it is asked for. Not
 * thread-safe.
 */
public final class Delivery {

    /** What an id may look like; others could not be kept in the inbox. */
    private static final Pattern ID = Pattern.compile("\\p{Graph}{1,200}");

    private final String id;
    private final ConsumerRecord<String, byte[]> message;
    private @Nullable Object content;

    private Delivery(String id, ConsumerRecord<String, byte[]> message) {
        this.id = id;
        this.message = message;
    }

    /**
     * A message with its id from the header {@link OutboxMessage#ID}, else from its place in the
     * topic.
     */
    public static Delivery of(ConsumerRecord<String, byte[]> message) {
        var id = header(message, OutboxMessage.ID);
        return new Delivery(
                id != null && ID.matcher(id).matches()
                        ? id
                        : message.topic() + "/" + message.partition() + "/" + message.offset(),
                message);
    }

    /** The same for every delivery of the message. */
    public String id() {
        return id;
    }

    /** As it came from Kafka. */
    public ConsumerRecord<String, byte[]> message() {
        return message;
    }

    /** The type by its header, or an empty text. */
    public String type() {
        var type = header(message, OutboxMessage.TYPE);
        return type == null ? "" : type;
    }

    /**
     * The content.
     *
     * @throws IOException if it is not of this type, or there is none
     */
    @SuppressWarnings("NullAway") // a Kafka record may have no value
    public <T> T read(Class<T> type) throws IOException {
        if (message.value() == null) {
            throw new IOException("there is nothing in the message");
        }
        if (!type.isInstance(content)) {
            content = Json.read(message.value(), type);
        }
        return type.cast(content);
    }

    /** The value of a header, or null. */
    public static @Nullable String header(ConsumerRecord<?, ?> message, String name) {
        var header = message.headers().lastHeader(name);
        return header == null || header.value() == null
                ? null
                : new String(header.value(), StandardCharsets.UTF_8);
    }
}
