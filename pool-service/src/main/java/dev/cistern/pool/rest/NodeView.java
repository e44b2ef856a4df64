package dev.cistern.pool.rest;

import dev.cistern.common.message.Heartbeat.Slots;
import dev.cistern.pool.Node;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A worker node as the API shows it. */
public record NodeView(
        String name,
        List<String> groups,
        String version,
        String state,
        Instant lastSeen,
        Map<String, Slots> slots,
        int running) {

    static NodeView of(Node node) {
        return new NodeView(
                node.name(),
                node.groups(),
                node.version(),
                node.online(Instant.now()) ? "online" : "silent",
                node.lastSeen(),
                Map.of("metadata", node.metadata(), "bulk", node.bulk()),
                node.running());
    }
}
