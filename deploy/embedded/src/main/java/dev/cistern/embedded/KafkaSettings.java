package dev.cistern.embedded;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The configuration of a broker that is alone: its own controller, one copy of everything, and few
 * threads.
 */
final class KafkaSettings {
    static final int NODE = 1;
    static final String CONTROLLER_LISTENER = "CONTROLLER";

    private KafkaSettings() {}

    static Map<String, String> of(Path logs, int port, int controllerPort) {
        Map<String, String> settings = new HashMap<>();
        settings.putAll(roles(logs, port, controllerPort));
        settings.putAll(ofOneBroker());
        return settings;
    }

    /** All but its roles, addresses and folders. */
    static Map<String, String> ofOneBroker() {
        Map<String, String> settings = new HashMap<>();
        settings.put("auto.create.topics.enable", "false");
        settings.putAll(singleCopies());
        settings.putAll(quickRestart());
        settings.putAll(smallFootprint());
        return settings;
    }

    private static Map<String, String> roles(Path logs, int port, int controllerPort) {
        return Map.of(
                "process.roles",
                "broker,controller",
                "node.id",
                Integer.toString(NODE),
                "controller.quorum.voters",
                "%d@%s:%d".formatted(NODE, Ports.HOST, controllerPort),
                "listeners",
                "PLAINTEXT://%s:%d,%s://%s:%d"
                        .formatted(
                                Ports.HOST, port, CONTROLLER_LISTENER, Ports.HOST, controllerPort),
                "advertised.listeners",
                "PLAINTEXT://%s:%d".formatted(Ports.HOST, port),
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT",
                "controller.listener.names",
                CONTROLLER_LISTENER,
                "inter.broker.listener.name",
                "PLAINTEXT",
                "log.dirs",
                logs.toString());
    }

    private static Map<String, String> singleCopies() {
        return Map.of(
                "default.replication.factor", "1",
                "min.insync.replicas", "1",
                "offsets.topic.replication.factor", "1",
                "transaction.state.log.replication.factor", "1",
                "transaction.state.log.min.isr", "1",
                "share.coordinator.state.topic.replication.factor", "1",
                "share.coordinator.state.topic.min.isr", "1");
    }

    /**
     * After a kill the controller waits for the old session to end: 2 s makes the next start 4 s
     * instead of 14 s.
     */
    private static Map<String, String> quickRestart() {
        return Map.of(
                "broker.session.timeout.ms", "2000",
                "broker.heartbeat.interval.ms", "500",
                "group.initial.rebalance.delay.ms", "0",
                "controlled.shutdown.enable", "true",
                "num.recovery.threads.per.data.dir", "2");
    }

    private static Map<String, String> smallFootprint() {
        return Map.of(
                "num.network.threads", "2",
                "num.io.threads", "4",
                "background.threads", "2",
                "offsets.topic.num.partitions", "4",
                "transaction.state.log.num.partitions", "2",
                "share.coordinator.state.topic.num.partitions", "4",
                "log.cleaner.dedupe.buffer.size", Long.toString(8L << 20),
                "log.segment.bytes", Long.toString(256L << 20),
                // Enough for a segment of that size at one entry per 4 KiB.
                "log.index.size.max.bytes", Long.toString(1L << 20));
    }
}
