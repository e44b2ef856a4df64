package dev.cistern.pool.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.message.Heartbeat.Slots;
import dev.cistern.pool.Node;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A worker node as the API shows it. */
public record NodeView(
        String name,
        List<String> groups,
        String version,
        String state,
        Instant lastSeen,
        Map<String, Slots> slots,
        int running,
        List<PoolReach> pools) {

    /**
     * A pool that the node works on.
     *
     * @param reachable whether its folder is there and answers
     * @param abilities of its file system, as far as the node knows them
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record PoolReach(
            UUID id,
            @Nullable String name,
            boolean reachable,
            Heartbeat.@Nullable Abilities abilities) {}

    static NodeView of(Node node, Map<UUID, String> names) {
        return new NodeView(
                node.name(),
                node.groups(),
                node.version(),
                node.online(Instant.now()) ? "online" : "silent",
                node.lastSeen(),
                Map.of("metadata", node.metadata(), "bulk", node.bulk()),
                node.running(),
                node.pools().stream()
                        .map(
                                reach ->
                                        new PoolReach(
                                                reach.pool(),
                                                names.get(reach.pool()),
                                                reach.reachable(),
                                                reach.abilities()))
                        .toList());
    }
}
