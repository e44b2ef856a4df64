package dev.cistern.worker.messaging;

import dev.cistern.common.message.Json;
import dev.cistern.common.message.ResultMessage;
import dev.cistern.common.message.Topics;
import dev.cistern.common.outbox.OutboxMessage;
import dev.cistern.worker.execution.CommandExecutor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.jboss.logging.Logger;

/**
 * Sends results, for as long as it takes: each stays in line until all replicas in sync have it.
 * The key is the operation, so the pages of a scan stay in order.
 */
final class ResultPublisher implements CommandExecutor.Reports, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ResultPublisher.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final KafkaClients clients;
    private final BlockingDeque<Pending> line = new LinkedBlockingDeque<>();
    private final Thread thread;
    private Producer<String, byte[]> producer;
    private volatile boolean broken;
    private volatile boolean told;
    private volatile boolean closed;

    private record Pending(ProducerRecord<String, byte[]> message, Runnable acknowledged) {}

    ResultPublisher(KafkaClients clients) {
        this.clients = clients;
        this.producer = clients.patientProducer();
        this.thread = Thread.ofPlatform().name("results").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    boolean alive() {
        return thread.isAlive();
    }

    @Override
    public void send(ResultMessage result, Runnable acknowledged) {
        line.add(new Pending(message(result), acknowledged));
    }

    private static ProducerRecord<String, byte[]> message(ResultMessage result) {
        var message =
                new ProducerRecord<>(
                        Topics.RESULTS, result.operation().toString(), Json.bytes(result));
        header(message, OutboxMessage.ID, result.id());
        header(message, OutboxMessage.TYPE, result.result().getClass().getSimpleName());
        header(message, ResultMessage.OWNER, result.owner().name());
        if (result.traceparent() != null) {
            header(message, "traceparent", result.traceparent());
        }
        return message;
    }

    private static void header(ProducerRecord<String, byte[]> message, String name, String value) {
        message.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private void run() {
        try {
            while (!closed) {
                var pending = line.poll(200, TimeUnit.MILLISECONDS);
                if (broken) {
                    startAnew();
                }
                if (pending != null) {
                    hand(pending);
                }
            }
        } catch (InterruptedException | InterruptException _) {
            LOG.debug("stopped while a result was on its way");
        }
    }

    private void hand(Pending pending) throws InterruptedException {
        try {
            var _ =
                    producer.send(
                            pending.message(), (_, failure) -> acknowledged(pending, failure));
        } catch (InterruptException e) {
            throw e;
        } catch (RuntimeException e) {
            again(pending, e);
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        }
    }

    private void acknowledged(Pending pending, Exception failure) {
        if (failure == null) {
            told = false;
            pending.acknowledged().run();
        } else {
            again(pending, failure);
        }
    }

    private void again(Pending pending, Exception failure) {
        if (closed) {
            return;
        }
        if (!told) {
            told = true;
            LOG.warnf("results wait: %s", failure.getMessage());
        }
        broken |= !(failure instanceof RetriableException);
        line.addFirst(pending);
    }

    /** A producer that met an error it cannot retry would refuse all that follows. */
    private void startAnew() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        producer.close(Duration.ofSeconds(1));
        broken = false;
        producer = clients.patientProducer();
    }

    /** Waits some seconds for what is in line; what is not out by then the watchdog asks for. */
    @Override
    public void close() {
        var deadline = System.nanoTime() + Duration.ofSeconds(3).toNanos();
        try {
            while (!line.isEmpty() && !broken && System.nanoTime() - deadline < 0) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            closed = true;
            if (!thread.join(Duration.ofSeconds(1))) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close(Duration.ofSeconds(2));
    }
}
