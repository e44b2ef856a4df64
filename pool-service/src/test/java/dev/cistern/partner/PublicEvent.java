package dev.cistern.partner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A public event as a subscriber gets it.
 *
 * @param type without the prefix {@code dev.cistern.}
 */
public record PublicEvent(String id, String type, String subject, long sequence, JsonNode data) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PREFIX = "dev.cistern.";

    static PublicEvent of(ConsumerRecord<String, byte[]> message) {
        try {
            return new PublicEvent(
                    Tape.header(message, "ce_id"),
                    Tape.header(message, "ce_type").substring(PREFIX.length()),
                    Tape.header(message, "ce_subject"),
                    Long.parseLong(Tape.header(message, "ce_sequence")),
                    JSON.readTree(message.value()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
