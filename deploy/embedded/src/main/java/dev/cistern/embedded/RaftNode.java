package dev.cistern.embedded;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server;
import kafka.server.SharedServer;
import kafka.server.StandardFaultHandlerFactory;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.ServerSocketFactory;
import org.slf4j.LoggerFactory;

/**
 * A broker and its controller, put together as Kafka's {@link KafkaRaftServer} does.
 *
 * <p>That class waits five minutes for the controller's leave to stop, which a controller whose log
 * could not be written never gives, and holds its ports meanwhile. Here the wait is the caller's.
 */
final class RaftNode {
    private final Metrics metrics;
    private final ControllerServer controller;
    private final BrokerServer broker;

    /** Reads the formatted log folders; nothing runs before {@link #start}. */
    RaftNode(Map<String, String> settings) {
        var config = new KafkaConfig(settings, false);
        QuorumConfig quorum = config.quorumConfig();
        var prepared =
                KafkaRaftServer.initializeLogDirs(
                        config, LoggerFactory.getLogger(RaftNode.class), "");
        metrics =
                Server.initializeMetrics(
                        config, Time.SYSTEM, prepared._1().clusterId().orElseThrow());
        var shared =
                new SharedServer(
                        config,
                        prepared._1(),
                        Time.SYSTEM,
                        metrics,
                        CompletableFuture.completedFuture(
                                QuorumConfig.parseVoterConnections(quorum.voters())),
                        QuorumConfig.parseBootstrapServers(quorum.bootstrapServers()),
                        new StandardFaultHandlerFactory(),
                        ServerSocketFactory.INSTANCE);
        controller = new ControllerServer(shared, KafkaRaftServer.configSchema(), prepared._2());
        broker = new BrokerServer(shared);
    }

    /** Returns when requests are taken. */
    void start() {
        controller.startup();
        broker.startup();
    }

    /** Stops both; what follows the controller's leave takes about a second. */
    void stop(Duration forLeave) {
        broker.shutdown(forLeave);
        controller.shutdown();
        Utils.closeQuietly(metrics, "metrics");
    }
}
