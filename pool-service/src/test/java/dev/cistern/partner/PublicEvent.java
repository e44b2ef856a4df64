package dev.cistern.partner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
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

    /** Fails unless the events of each resource are numbered from 1 on and came in that order. */
    public static void requireGapless(List<PublicEvent> events) {
        events.stream()
                .collect(Collectors.groupingBy(PublicEvent::subject))
                .values()
                .forEach(PublicEvent::requireOneGapless);
    }

    private static void requireOneGapless(List<PublicEvent> events) {
        var next = 1L;
        var seen = new HashSet<String>();
        for (var event : events) {
            if (seen.add(event.id()) && event.sequence() != next++) {
                throw new AssertionError("not in order, or with a gap: " + events);
            }
        }
    }
}
