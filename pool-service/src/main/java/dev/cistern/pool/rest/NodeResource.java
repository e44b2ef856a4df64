package dev.cistern.pool.rest;

import dev.cistern.common.http.Page;
import dev.cistern.common.operation.Transactions;
import dev.cistern.pool.Nodes;
import dev.cistern.pool.Pool;
import dev.cistern.pool.Pools;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** The worker nodes. */
@Path("/v1/nodes")
@RunOnVirtualThread
public class NodeResource {
    private final Transactions transactions = new Transactions();
    private final Nodes nodes;
    private final Pools pools;

    NodeResource(Nodes nodes, Pools pools) {
        this.nodes = nodes;
        this.pools = pools;
    }

    /** All that were ever heard of and not forgotten since. */
    @GET
    public Page<NodeView> list() {
        return transactions.call(
                () -> {
                    var names = names();
                    return new Page<>(
                            nodes.all().stream().map(node -> NodeView.of(node, names)).toList(),
                            null);
                });
    }

    /** One. */
    @GET
    @Path("{node}")
    public NodeView get(@PathParam("node") String node) {
        return transactions.call(() -> NodeView.of(nodes.get(node), names()));
    }

    /**
     * Takes one that is gone off the list; one that is alive comes back with its next heartbeat.
     */
    @DELETE
    @Path("{node}")
    public NodeView forget(@PathParam("node") String node) {
        return transactions.call(() -> NodeView.of(nodes.forget(node), names()));
    }

    private Map<UUID, String> names() {
        return pools.defined().stream().collect(Collectors.toMap(Pool::id, Pool::name));
    }
}
