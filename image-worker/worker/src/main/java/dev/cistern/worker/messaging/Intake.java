package dev.cistern.worker.messaging;

import dev.cistern.common.inbox.Delivery;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.Json;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Topics;
import dev.cistern.worker.execution.CommandExecutor;
import dev.cistern.worker.execution.Slots.Slot;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;

/**
 * One thread that takes commands of one lane of one worker group into free slots: without a free
 * slot, and without standing, it does not even look.
 */
abstract sealed class Intake implements AutoCloseable permits ShareIntake, ClassicIntake {
    private static final Logger LOG = Logger.getLogger(Intake.class);

    static final Duration POLL = Duration.ofMillis(250);
    static final Duration COMMIT_LIMIT = Duration.ofSeconds(5);
    static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    final String group;
    final Lane lane;
    final CommandExecutor executor;
    private final TopicWait topic;
    private final Thread thread;
    private volatile boolean closed;
    private volatile boolean open;
    private boolean troubled;

    Intake(String group, Lane lane, int number, TopicWait topic, CommandExecutor executor) {
        this.group = group;
        this.lane = lane;
        this.topic = topic;
        this.executor = executor;
        this.thread =
                Thread.ofPlatform()
                        .name("intake-%s-%s-%d".formatted(group, lane, number))
                        .daemon()
                        .unstarted(this::run);
    }

    /**
     * Takes commands until {@link #mayTake()} says no, then leaves the group.
     *
     * @throws RuntimeException if Kafka is in the way; called again after a pause
     */
    abstract void takeWhileAllowed() throws InterruptedException;

    final void start() {
        thread.start();
    }

    /** Whether the thread lives. */
    final boolean alive() {
        return thread.isAlive();
    }

    /** Whether it looks for commands now, or could. */
    final boolean open() {
        return open;
    }

    final void opened() {
        open = true;
        troubled = false;
    }

    final String topicName() {
        return Topics.commands(group, lane);
    }

    final boolean mayTake() {
        return !closed && executor.standing().toTake().isPresent();
    }

    /** This many free slots; empty if there are fewer and nothing may be taken any more. */
    final List<Slot> slots(int count) throws InterruptedException {
        var slots = List.<Slot>of();
        while (slots.isEmpty() && mayTake()) {
            slots = executor.slots(lane).take(count, POLL);
        }
        return slots;
    }

    /** The command; empty if this version does not know it. */
    static Optional<CommandMessage> read(ConsumerRecord<String, byte[]> message) {
        try {
            var command = Json.read(message.value(), CommandMessage.class);
            var sent = Delivery.header(message, "traceparent");
            return Optional.of(sent == null ? command : command.within(sent));
        } catch (IOException e) {
            LOG.warnf(
                    "%s: a command that this version cannot read (offset %d): %s",
                    message.topic(), message.offset(), e.getMessage());
            return Optional.empty();
        }
    }

    final void pause() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    }

    private void run() {
        try {
            while (!closed) {
                if (mayTake() && !topic.await(topicName(), () -> !mayTake()).isEmpty()) {
                    takeOrTell();
                } else {
                    TimeUnit.MILLISECONDS.sleep(100);
                }
            }
        } catch (InterruptedException | InterruptException _) {
            LOG.debugf("intake of %s stopped", topicName());
        }
    }

    private void takeOrTell() throws InterruptedException {
        try {
            takeWhileAllowed();
        } catch (WakeupException | InterruptException e) {
            throw e;
        } catch (RuntimeException e) {
            if (!troubled) {
                troubled = true;
                LOG.warnf("%s: %s; trying again", topicName(), e.getMessage());
            }
            pause();
        } finally {
            open = false;
        }
    }

    /** Takes nothing more, from now on. */
    final void stop() {
        closed = true;
    }

    /** Stops, and waits for the thread to leave its group. */
    @Override
    public final void close() {
        stop();
        try {
            if (!thread.join(Duration.ofSeconds(3))) {
                thread.interrupt();
                thread.join(Duration.ofSeconds(1));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
