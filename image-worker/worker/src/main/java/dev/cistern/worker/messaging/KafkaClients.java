package dev.cistern.worker.messaging;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Kafka clients as the worker needs them, all to one cluster. */
public final class KafkaClients {
    /** Bytes per fetch: some commands. With more, the broker reads megabytes for each poll. */
    private static final int FETCH_BYTES = 16_384;

    private static final Duration RETRY_AFTER = Duration.ofMillis(200);
    private static final Duration RETRY_AT_MOST = Duration.ofSeconds(2);

    private final Map<String, Object> cluster;

    /**
     * Clients of the cluster that these settings describe.
     *
     * @param cluster {@code bootstrap.servers}, and security settings where needed
     */
    public KafkaClients(Map<String, Object> cluster) {
        this.cluster = new HashMap<>(cluster);
        this.cluster.put(CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG, RETRY_AFTER.toMillis());
        this.cluster.put(
                CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, RETRY_AT_MOST.toMillis());
    }

    /** Where the cluster is, for messages to people. */
    String address() {
        return String.valueOf(cluster.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG));
    }

    Admin admin() {
        var settings = new HashMap<>(cluster);
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 3_000);
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 5_000);
        return Admin.create(settings);
    }

    /** So many commands at a time, acknowledged by hand. */
    ShareConsumer<String, byte[]> shareConsumer(String group, int atOnce) {
        var settings = consumerSettings(atOnce);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        settings.put(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit");
        settings.put(ConsumerConfig.SHARE_ACQUIRE_MODE_CONFIG, "record_limit");
        return new KafkaShareConsumer<>(
                settings, new StringDeserializer(), new ByteArrayDeserializer());
    }

    /** One command at a time, committed by hand. */
    KafkaConsumer<String, byte[]> groupConsumer(String group) {
        var settings = consumerSettings(1);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        return new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
    }

    private Map<String, Object> consumerSettings(int atOnce) {
        var settings = new HashMap<>(cluster);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, atOnce);
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        return settings;
    }

    /** A reader of a topic for itself alone. */
    KafkaConsumer<String, byte[]> reader() {
        var settings = new HashMap<>(cluster);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        return new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * A producer that never gives a message up. What comes while a request is under way goes into
     * the next one together.
     */
    Producer<String, byte[]> patientProducer() {
        var settings = producerSettings();
        settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
        return producer(settings);
    }

    /** A producer of messages that are worth nothing after these few seconds. */
    Producer<String, byte[]> hastyProducer(Duration worth) {
        var settings = producerSettings();
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) worth.toMillis());
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) worth.toMillis());
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, worth.toMillis());
        return producer(settings);
    }

    private Map<String, Object> producerSettings() {
        var settings = new HashMap<>(cluster);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        return settings;
    }

    private static Producer<String, byte[]> producer(Map<String, Object> settings) {
        return new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
    }
}
