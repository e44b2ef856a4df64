package dev.cistern.worker.messaging;

import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Topics;
import dev.cistern.worker.execution.CommandExecutor;
import dev.cistern.worker.execution.Lease.Term;
import dev.cistern.worker.execution.Slots.Slot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes commands through a Kafka share group (KIP-932): whichever worker is free takes the next.
 *
 * <p>A command is acknowledged on taking; from then on the watchdog, not Kafka, sends it again. The
 * acknowledgement does not prove that no other has it: lease, attempt and the volume's lock decide.
 * The slots are kept while polls come back empty, because the client goes on fetching in the
 * background after an empty poll; to look no more, the consumer is closed.
 */
final class ShareIntake extends Intake {
    private final KafkaClients clients;
    private final int atOnce;

    /**
     * A thread that is to take commands.
     *
     * @param atOnce how many it takes with one request to Kafka, each into a slot that it has
     *     before
     */
    ShareIntake(
            String group,
            Lane lane,
            int number,
            int atOnce,
            KafkaClients clients,
            TopicWait topic,
            CommandExecutor executor) {
        super(group, lane, number, topic, executor);
        this.clients = clients;
        this.atOnce = atOnce;
    }

    @Override
    void takeWhileAllowed() throws InterruptedException {
        var consumer = clients.shareConsumer(Topics.workers(group, lane), atOnce);
        try {
            consumer.subscribe(List.of(topicName()));
            opened();
            for (var slots = slots(atOnce); !slots.isEmpty(); slots = slots(atOnce)) {
                takeInto(new ArrayDeque<>(slots), consumer);
            }
        } finally {
            consumer.close(CLOSE_LIMIT);
        }
    }

    private void takeInto(Deque<Slot> slots, ShareConsumer<String, byte[]> consumer)
            throws InterruptedException {
        try {
            while (slots.size() == atOnce && mayTake()) {
                var term = executor.standing().toTake();
                var messages = consumer.poll(POLL);
                if (!messages.isEmpty()) {
                    take(messages, term, slots, consumer);
                }
            }
        } finally {
            slots.forEach(Slot::close);
        }
    }

    private void take(
            ConsumerRecords<String, byte[]> messages,
            Optional<Term> term,
            Deque<Slot> slots,
            ShareConsumer<String, byte[]> consumer)
            throws InterruptedException {
        var taken = new ArrayList<CommandMessage>();
        for (var message : messages) {
            var command = term.flatMap(_ -> read(message));
            command.ifPresent(taken::add);
            consumer.acknowledge(
                    message,
                    command.isPresent() ? AcknowledgeType.ACCEPT : AcknowledgeType.RELEASE);
        }
        if (committed(consumer)) {
            taken.forEach(
                    command ->
                            executor.submit(
                                    command, lane, term.orElseThrow(), slots.removeFirst()));
        }
        if (taken.size() < messages.count()) {
            pause();
        }
    }

    private static boolean committed(ShareConsumer<String, byte[]> consumer) {
        return consumer.commitSync(COMMIT_LIMIT).values().stream()
                .allMatch((Optional<? extends @Nullable Exception> failure) -> failure.isEmpty());
    }
}
