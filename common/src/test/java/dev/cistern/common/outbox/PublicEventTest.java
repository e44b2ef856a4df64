package dev.cistern.common.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Topics;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** CloudEvents 1.0 in Kafka's binary mode. */
class PublicEventTest {
    private static final UUID VOLUME = new UUID(1, 2);
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private static OutboxMessage message() {
        return new PublicEvent(
                        "volume.created.v1",
                        "/v1/volumes",
                        VOLUME,
                        3,
                        TRACE,
                        Map.of("capacity", 1024))
                .message();
    }

    @Test
    void carriesTheAttributesInHeadersAndTheDataAsItIs() {
        var message = message();

        assertThat(message.topic()).isEqualTo(Topics.EVENTS);
        assertThat(message.key()).isEqualTo(VOLUME.toString());
        assertThat(message.payload()).isEqualTo("{\"capacity\":1024}");
        assertThat(message.headers())
                .containsEntry("ce_specversion", "1.0")
                .containsEntry("ce_id", message.id().toString())
                .containsEntry("ce_type", "dev.cistern.volume.created.v1")
                .containsEntry("ce_source", "/v1/volumes")
                .containsEntry("ce_subject", VOLUME.toString())
                .containsEntry("ce_sequence", "3")
                .containsEntry("ce_traceparent", TRACE)
                .containsEntry("content-type", "application/json");
        assertThat(Instant.parse(Objects.requireNonNull(message.headers().get("ce_time"))))
                .isBefore(Instant.MAX);
    }

    @Test
    void everyEventHasAnIdOfItsOwn() {
        assertThat(message().id()).isNotEqualTo(message().id());
    }
}
