package dev.cistern.volume.messaging;

import dev.cistern.common.inbox.Consumption;
import dev.cistern.common.inbox.Deliveries;
import dev.cistern.common.inbox.Delivery;
import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.message.InternalEvent;
import dev.cistern.common.message.Owner;
import dev.cistern.common.message.ResultMessage;
import dev.cistern.volume.work.VolumeWork;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/** What volume-service hears: results of its commands, word from pool-service, heartbeats. */
@Singleton
public class VolumeChannels {
    private static final Logger LOG = Logger.getLogger(VolumeChannels.class);

    private final VolumeWork work;
    private final Consumption consumption;
    private final Deliveries results;
    private final Deliveries words;

    VolumeChannels(VolumeWork work) {
        this.work = work;
        consumption = work.runtime().foundation().consumption();
        results = work.runtime().results("volume-results");
        words =
                work.runtime()
                        .foundation()
                        .deliveries(
                                "volume-internal",
                                delivery -> work.hear(delivery.read(InternalEvent.class)));
    }

    /** Results, of which those for other services are passed over. */
    @Incoming("volume-results")
    @Blocking
    CompletionStage<Void> results(ConsumerRecords<String, byte[]> records) {
        var mine = new ArrayList<Delivery>();
        for (var message : records) {
            if (ResultMessage.addressedTo(Owner.VOLUME, message.headers())) {
                mine.add(Delivery.of(message));
            }
        }
        return consumption.of(() -> results.take(mine));
    }

    /** The conversation with pool-service. */
    @Incoming("volume-internal")
    @Blocking
    CompletionStage<Void> words(ConsumerRecords<String, byte[]> records) {
        var all = new ArrayList<Delivery>();
        for (var message : records) {
            all.add(Delivery.of(message));
        }
        return consumption.of(() -> words.take(all));
    }

    /** Signs of life: for the watchdog, and for topics of new groups. */
    @Incoming("volume-heartbeats")
    @Blocking
    CompletionStage<Void> heartbeats(ConsumerRecords<String, byte[]> records) {
        return consumption.of(() -> hear(records));
    }

    private void hear(ConsumerRecords<String, byte[]> records) {
        for (var message : records) {
            try {
                var heartbeat = Delivery.of(message).read(Heartbeat.class);
                work.runtime().watchdog().heard(heartbeat);
                heartbeat.groups().forEach(work.topics()::ensureGroup);
            } catch (IOException | RuntimeException e) {
                LOG.warnf(
                        "the heartbeat at offset %d is passed over: %s",
                        message.offset(), e.getMessage());
            }
        }
    }
}
