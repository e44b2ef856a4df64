package dev.cistern.pool.rest;

import dev.cistern.common.http.Page;
import dev.cistern.common.operation.Transactions;
import dev.cistern.pool.Nodes;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;

/** The worker nodes. */
@Path("/v1/nodes")
@RunOnVirtualThread
public class NodeResource {
    private final Transactions transactions = new Transactions();
    private final Nodes nodes;

    NodeResource(Nodes nodes) {
        this.nodes = nodes;
    }

    /** All that were ever heard of. */
    @GET
    public Page<NodeView> list() {
        return transactions.call(
                () -> new Page<>(nodes.all().stream().map(NodeView::of).toList(), null));
    }

    /** One. */
    @GET
    @Path("{node}")
    public NodeView get(@PathParam("node") String node) {
        return transactions.call(() -> NodeView.of(nodes.get(node)));
    }
}
