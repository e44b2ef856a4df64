package dev.cistern.worker.messaging;

import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Topics;
import dev.cistern.worker.execution.CommandExecutor;
import dev.cistern.worker.execution.Slots.Slot;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Takes commands through a consumer group, for brokers without share groups. The offset is
 * committed on taking. A worker whose slots are full keeps its partition, so others of its group
 * stand by instead of helping.
 */
final class ClassicIntake extends Intake {
    /** A share group and a consumer group cannot have the same id. */
    private static final String SUFFIX = ".classic";

    private final KafkaClients clients;

    ClassicIntake(
            String group,
            Lane lane,
            int number,
            KafkaClients clients,
            TopicWait topic,
            CommandExecutor executor) {
        super(group, lane, number, topic, executor);
        this.clients = clients;
    }

    @Override
    void takeWhileAllowed() throws InterruptedException {
        var consumer = clients.groupConsumer(Topics.workers(group, lane) + SUFFIX);
        try {
            consumer.subscribe(List.of(topicName()));
            opened();
            while (mayTake()) {
                var slot = executor.slots(lane).take(Duration.ZERO);
                if (slot.isPresent()) {
                    takeInto(slot.get(), consumer);
                } else {
                    stayInGroup(consumer);
                }
            }
        } finally {
            consumer.unsubscribe();
            consumer.close(CloseOptions.timeout(CLOSE_LIMIT));
        }
    }

    /** Polls without taking: a member that does not poll for minutes is put out of its group. */
    private static void stayInGroup(KafkaConsumer<String, byte[]> consumer) {
        consumer.pause(consumer.assignment());
        for (var surprise : consumer.poll(POLL)) {
            keepForLater(surprise, consumer);
        }
        consumer.resume(consumer.paused());
    }

    private void takeInto(Slot slot, KafkaConsumer<String, byte[]> consumer)
            throws InterruptedException {
        var handedOver = false;
        try {
            var term = executor.standing().toTake();
            for (var message : consumer.poll(POLL)) {
                var command = read(message);
                if (term.isEmpty()) {
                    keepForLater(message, consumer);
                } else if (command.isEmpty()) {
                    passOver(message, consumer);
                } else {
                    consumer.commitSync(after(message), COMMIT_LIMIT);
                    executor.submit(command.get(), lane, term.get(), slot);
                    handedOver = true;
                }
            }
        } finally {
            if (!handedOver) {
                slot.close();
            }
        }
    }

    /**
     * There is no handing back to a group: a command of a later version is passed over, and the
     * watchdog sends it again, to a worker that knows it sooner or later.
     */
    private void passOver(
            ConsumerRecord<String, byte[]> message, KafkaConsumer<String, byte[]> consumer)
            throws InterruptedException {
        consumer.commitSync(after(message), COMMIT_LIMIT);
        pause();
    }

    private static void keepForLater(
            ConsumerRecord<String, byte[]> message, KafkaConsumer<String, byte[]> consumer) {
        consumer.seek(new TopicPartition(message.topic(), message.partition()), message.offset());
    }

    private static Map<TopicPartition, OffsetAndMetadata> after(
            ConsumerRecord<String, byte[]> message) {
        return Map.of(
                new TopicPartition(message.topic(), message.partition()),
                new OffsetAndMetadata(message.offset() + 1));
    }
}
