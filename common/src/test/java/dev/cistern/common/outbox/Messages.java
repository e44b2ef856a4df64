package dev.cistern.common.outbox;

import dev.cistern.common.testing.Topic;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Messages that come to a topic from somewhere. */
public final class Messages {
    private Messages() {}

    /** Sends these words, one in each, and returns when they are there. */
    public static void send(String topic, String... words) {
        try (var producer =
                new KafkaProducer<>(
                        Topic.kafka(), new StringSerializer(), new ByteArraySerializer())) {
            for (var word : words) {
                var _ =
                        producer.send(
                                new ProducerRecord<>(
                                        topic, word, word.getBytes(StandardCharsets.UTF_8)));
            }
        }
    }
}
