package dev.cistern.common.outbox;

import dev.cistern.common.message.Json;
import dev.cistern.common.message.Topics;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A CloudEvents 1.0 event for subscribers.
 *
 * @param type without the prefix {@code dev.cistern.}, for example {@code volume.created.v1}
 * @param source path of the kind of resource, for example {@code /v1/volumes}
 * @param subject the resource, also the Kafka key
 * @param sequence counts the resource's events from 1 without gaps
 */
public record PublicEvent(
        String type,
        String source,
        UUID subject,
        long sequence,
        @Nullable String traceparent,
        Object data) {

    /** The event in CloudEvents' Kafka binary mode (Kafka Protocol Binding 1.0.2, 3.2). */
    public OutboxMessage message() {
        var id = UUID.randomUUID();
        var headers = new LinkedHashMap<String, String>();
        headers.put("ce_specversion", "1.0");
        headers.put("ce_id", id.toString());
        headers.put("ce_type", "dev.cistern." + type);
        headers.put("ce_source", source);
        headers.put("ce_subject", subject.toString());
        headers.put("ce_time", Instant.now().toString());
        headers.put("ce_sequence", Long.toString(sequence));
        if (traceparent != null) {
            headers.put("ce_traceparent", traceparent);
        }
        headers.put("content-type", "application/json");
        return new OutboxMessage(id, Topics.EVENTS, subject.toString(), headers, Json.text(data));
    }
}
