package dev.cistern.flow;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** Sends messages once more, as a broker or a client may that is not sure. */
final class Replay {
    private Replay() {}

    /** Sends every message of a topic again, the last one first. */
    static void backwards(String kafka, String topic) throws Exception {
        var messages = read(kafka, topic).reversed();
        try (var producer =
                new KafkaProducer<>(
                        Map.<String, Object>of("bootstrap.servers", kafka),
                        new StringSerializer(),
                        new ByteArraySerializer())) {
            for (var message : messages) {
                producer.send(
                                new ProducerRecord<>(
                                        topic,
                                        message.partition(),
                                        message.key(),
                                        message.value(),
                                        message.headers()))
                        .get();
            }
        }
    }

    private static List<ConsumerRecord<String, byte[]>> read(String kafka, String topic) {
        var messages = new ArrayList<ConsumerRecord<String, byte[]>>();
        try (var consumer =
                new KafkaConsumer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers", kafka, "auto.offset.reset", "earliest"),
                        new StringDeserializer(),
                        new ByteArrayDeserializer())) {
            var partitions =
                    consumer.partitionsFor(topic).stream()
                            .map(found -> new TopicPartition(topic, found.partition()))
                            .toList();
            consumer.assign(partitions);
            var ends = consumer.endOffsets(partitions);
            while (partitions.stream()
                    .anyMatch(each -> consumer.position(each) < ends.getOrDefault(each, 0L))) {
                consumer.poll(Duration.ofSeconds(1)).forEach(messages::add);
            }
        }
        return messages;
    }

    /** Waits until a consumer group has read what a topic has now. */
    static void awaitRead(String kafka, String group, String topic) throws Exception {
        try (var admin = Admin.create(Map.<String, Object>of("bootstrap.servers", kafka))) {
            var ends = new HashMap<TopicPartition, OffsetSpec>();
            for (var found : admin.describeTopics(List.of(topic)).allTopicNames().get().values()) {
                found.partitions()
                        .forEach(
                                each ->
                                        ends.put(
                                                new TopicPartition(topic, each.partition()),
                                                OffsetSpec.latest()));
            }
            var latest = admin.listOffsets(ends).all().get();
            Await.until(
                    group + " has read " + topic,
                    () ->
                            admin.listConsumerGroupOffsets(group)
                                    .partitionsToOffsetAndMetadata()
                                    .get(),
                    read ->
                            latest.entrySet().stream()
                                    .allMatch(
                                            end ->
                                                    end.getValue().offset()
                                                            <= offset(read.get(end.getKey()))));
        }
    }

    private static long offset(@Nullable OffsetAndMetadata read) {
        return read == null ? 0 : read.offset();
    }
}
