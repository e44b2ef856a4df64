package dev.cistern.worker.messaging;

import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Topics;
import dev.cistern.worker.execution.CommandExecutor;
import dev.cistern.worker.execution.Lease.Term;
import dev.cistern.worker.execution.Slots.Slot;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes commands through a Kafka share group (KIP-932): whichever worker is free takes the next.
 *
 * <p>A command is acknowledged on taking; from then on the watchdog, not Kafka, sends it again. The
 * acknowledgement does not prove that no other has it: lease, attempt and the volume's lock decide.
 * A slot is kept while polls come back empty, because the client goes on fetching in the background
 * after an empty poll; to look no more, the consumer is closed.
 */
final class ShareIntake extends Intake {
    private final KafkaClients clients;

    ShareIntake(
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
        var consumer = clients.shareConsumer(Topics.workers(group, lane));
        try {
            consumer.subscribe(List.of(topicName()));
            opened();
            for (var slot = slot(); slot.isPresent(); slot = slot()) {
                takeInto(slot.get(), consumer);
            }
        } finally {
            consumer.close(CLOSE_LIMIT);
        }
    }

    private void takeInto(Slot slot, ShareConsumer<String, byte[]> consumer)
            throws InterruptedException {
        var handedOver = false;
        try {
            while (!handedOver && mayTake()) {
                var term = executor.standing().toTake();
                for (var message : consumer.poll(POLL)) {
                    handedOver = take(message, term, slot, consumer);
                }
            }
        } finally {
            if (!handedOver) {
                slot.close();
            }
        }
    }

    private boolean take(
            ConsumerRecord<String, byte[]> message,
            Optional<Term> term,
            Slot slot,
            ShareConsumer<String, byte[]> consumer)
            throws InterruptedException {
        var command = read(message);
        if (command.isEmpty() || term.isEmpty()) {
            consumer.acknowledge(message, AcknowledgeType.RELEASE);
            var _ = consumer.commitSync(COMMIT_LIMIT);
            pause();
            return false;
        }
        consumer.acknowledge(message, AcknowledgeType.ACCEPT);
        if (!accepted(consumer)) {
            return false;
        }
        executor.submit(command.get(), lane, term.get(), slot);
        return true;
    }

    private static boolean accepted(ShareConsumer<String, byte[]> consumer) {
        return consumer.commitSync(COMMIT_LIMIT).values().stream()
                .allMatch((Optional<? extends @Nullable Exception> failure) -> failure.isEmpty());
    }
}
