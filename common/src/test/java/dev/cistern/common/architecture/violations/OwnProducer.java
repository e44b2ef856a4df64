package dev.cistern.common.architecture.violations;

import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;

/** Sends what no outbox knows of. */
public final class OwnProducer {
    private OwnProducer() {}

    /** A producer. */
    public static Producer<String, String> producer() {
        return new KafkaProducer<>(Map.of());
    }
}
