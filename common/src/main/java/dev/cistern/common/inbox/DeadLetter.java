package dev.cistern.common.inbox;

import dev.cistern.common.message.Topics;
import dev.cistern.common.outbox.OutboxMessage;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A message that no handler could take, as it is laid aside: with the reason and the place where it
 * came from, and such that database and broker take it whatever is in it.
 */
final class DeadLetter {
    /** Of the message; what is longer is cut, and the original found at its place. */
    private static final int MAX_BYTES = 256 << 10;

    private static final int MAX_REASON = 2000;

    private DeadLetter() {}

    static OutboxMessage of(String handler, Delivery delivery, Exception reason) {
        var message = delivery.message();
        var headers = new LinkedHashMap<String, String>();
        headers.put(OutboxMessage.ID, delivery.id());
        headers.put(OutboxMessage.TYPE, clean(delivery.type()));
        headers.put("cistern-handler", handler);
        headers.put("cistern-topic", message.topic());
        headers.put("cistern-partition", Integer.toString(message.partition()));
        headers.put("cistern-offset", Long.toString(message.offset()));
        headers.put(
                "cistern-reason", clean(Objects.toString(reason.getMessage(), reason.toString())));
        var payload = payload(message.value(), headers);
        return new OutboxMessage(
                UUID.randomUUID(),
                Topics.DEAD_LETTERS,
                message.key() == null ? delivery.id() : clean(message.key()),
                headers,
                payload);
    }

    /** PostgreSQL stores no NUL in a text. */
    private static String clean(String text) {
        var cut = text.length() > MAX_REASON ? text.substring(0, MAX_REASON) : text;
        return cut.replace('\0', '\uFFFD');
    }

    /** The text, or what is no text in Base64. */
    private static String payload(byte @Nullable [] value, Map<String, String> headers) {
        if (value == null) {
            headers.put("cistern-encoding", "absent");
            return "";
        }
        var whole = value.length <= MAX_BYTES;
        if (!whole) {
            headers.put("cistern-length", Integer.toString(value.length));
        }
        var kept = whole ? value : Arrays.copyOf(value, MAX_BYTES);
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(kept)).toString();
            if (text.indexOf('\0') < 0) {
                return text;
            }
        } catch (CharacterCodingException _) {
            // Then it is not text.
        }
        headers.put("cistern-encoding", "base64");
        return Base64.getEncoder().encodeToString(kept);
    }
}
