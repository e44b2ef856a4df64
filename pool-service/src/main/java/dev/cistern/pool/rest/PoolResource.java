package dev.cistern.pool.rest;

import dev.cistern.common.http.OperationAnswers;
import dev.cistern.common.http.OperationView;
import dev.cistern.common.http.Page;
import dev.cistern.common.http.RequestContext;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.pool.PoolDefinition;
import dev.cistern.pool.PoolSettings;
import dev.cistern.pool.PoolState;
import dev.cistern.pool.work.BuildPool;
import dev.cistern.pool.work.DeletePool;
import dev.cistern.pool.work.PoolService;
import dev.cistern.pool.work.PoolWork;
import dev.cistern.pool.work.RefreshPool;
import dev.cistern.pool.work.UndefinePool;
import dev.cistern.pool.xml.PoolXml;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Storage pools. */
@Path("/v1/pools")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
public class PoolResource {
    private final PoolService service;
    private final OperationAnswers operations;

    PoolResource(PoolService service, PoolWork work) {
        this.service = service;
        this.operations = new OperationAnswers(work.runtime(), "/v1/pools/");
    }

    /** Defines a pool by JSON. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Response define(@Nullable PoolJson definition, @BeanParam RequestContext context) {
        if (definition == null) {
            throw new ProblemException(ProblemCode.MALFORMED_REQUEST, "the body is empty");
        }
        return define(definition.definition(), context);
    }

    /** Defines a pool by libvirt's XML. */
    @POST
    @Consumes({MediaType.APPLICATION_XML, MediaType.TEXT_XML})
    public Response defineByXml(String xml, @BeanParam RequestContext context) {
        return define(PoolXml.read(xml), context);
    }

    private Response define(PoolDefinition definition, RequestContext context) {
        var pool =
                service.define(definition, context.requester(), PoolView::of, PoolView::location);
        return Response.created(URI.create(pool.location())).entity(pool).build();
    }

    /** Pools in the order defined. */
    @GET
    public Page<PoolView> list(
            @QueryParam("state") @Nullable String state,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("limit") @Nullable String limit) {
        var place = Page.Cursor.parse(cursor, limit);
        return service.list(
                state(state),
                place.after(),
                place.limit() + 1,
                pools -> Page.of(pools, place, dev.cistern.pool.Pool::position, PoolView::of));
    }

    private static @Nullable PoolState state(@Nullable String text) {
        return text == null
                ? null
                : Arrays.stream(PoolState.values())
                        .filter(state -> state.text().equals(text.toLowerCase(Locale.ROOT)))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new ProblemException(
                                                ProblemCode.INVALID_REQUEST,
                                                "'%s' is not a state of a pool".formatted(text)));
    }

    /** A pool. */
    @GET
    @Path("{pool}")
    public PoolView get(@PathParam("pool") String pool) {
        return service.get(pool, PoolView::of);
    }

    /** A pool as libvirt's XML. */
    @GET
    @Path("{pool}")
    @Produces(MediaType.APPLICATION_XML)
    public String xml(@PathParam("pool") String pool) {
        return service.get(pool, PoolXml::write);
    }

    /** Changes what may be changed of a pool in any state. */
    @PATCH
    @Path("{pool}")
    @Consumes({MediaType.APPLICATION_JSON, "application/merge-patch+json"})
    public PoolView adjust(
            @PathParam("pool") String pool,
            @Nullable PoolSettings settings,
            @BeanParam RequestContext context) {
        if (settings == null) {
            throw new ProblemException(ProblemCode.MALFORMED_REQUEST, "the body is empty");
        }
        return service.adjust(pool, settings, context.requester(), PoolView::of);
    }

    /** Makes the folder, and with one of the two flags the file system on the pool's device. */
    @POST
    @Path("{pool}/build")
    public Response build(
            @PathParam("pool") String pool,
            @QueryParam("overwrite") boolean overwrite,
            @QueryParam("noOverwrite") boolean noOverwrite,
            @BeanParam RequestContext context) {
        var request = BuildPool.request(overwrite, noOverwrite);
        return operations.accepted(
                service.submit(pool, "BuildPool", request, context.requester()), context);
    }

    /** Removes the folder; the definition stays. */
    @POST
    @Path("{pool}/delete")
    public Response delete(
            @PathParam("pool") String pool,
            @QueryParam("zeroed") boolean zeroed,
            @BeanParam RequestContext context) {
        var request = new DeletePool.Request(zeroed);
        return operations.accepted(
                service.submit(pool, "DeletePool", request, context.requester()), context);
    }

    /** Starts it. */
    @POST
    @Path("{pool}/start")
    public Response start(@PathParam("pool") String pool, @BeanParam RequestContext context) {
        return submit(pool, "StartPool", context);
    }

    /** Stops it; virsh says destroy. */
    @POST
    @Path("{pool}/stop")
    public Response stop(@PathParam("pool") String pool, @BeanParam RequestContext context) {
        return submit(pool, "StopPool", context);
    }

    /** Takes it into maintenance: no new work on its volumes, until the next refresh. */
    @POST
    @Path("{pool}/drain")
    public Response drain(@PathParam("pool") String pool, @BeanParam RequestContext context) {
        return submit(pool, "DrainPool", context);
    }

    /** Takes stock of it. */
    @POST
    @Path("{pool}/refresh")
    public Response refresh(@PathParam("pool") String pool, @BeanParam RequestContext context) {
        return operations.accepted(
                service.submit(
                        pool, "RefreshPool", new RefreshPool.Request(false), context.requester()),
                context);
    }

    private Response submit(String pool, String kind, RequestContext context) {
        return operations.accepted(service.submit(pool, kind, context.requester()), context);
    }

    /** Undefines it. */
    @DELETE
    @Path("{pool}")
    public Response undefine(
            @PathParam("pool") String pool,
            @QueryParam("keepFiles") boolean keepFiles,
            @BeanParam RequestContext context) {
        var operation =
                service.submit(
                        pool,
                        "UndefinePool",
                        new UndefinePool.Request(keepFiles),
                        context.requester());
        return operations.accepted(operation, context);
    }

    /** Its operations, or those of every pool. */
    @GET
    @Path("{pool}/operations")
    public Page<OperationView> operations(
            @PathParam("pool") String pool,
            @QueryParam("state") @Nullable String state,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("limit") @Nullable String limit) {
        return operations.list(target(pool), state, cursor, limit);
    }

    private @Nullable UUID target(String pool) {
        return OperationAnswers.ANY.equals(pool)
                ? null
                : service.get(pool, dev.cistern.pool.Pool::id);
    }

    /** An operation, awaited if asked for. */
    @GET
    @Path("{pool}/operations/{operation}")
    public OperationView operation(
            @PathParam("pool") String pool,
            @PathParam("operation") String operation,
            @QueryParam("wait") @Nullable String wait) {
        return operations.get(pool, operation, wait);
    }

    /** Ends an operation early. */
    @POST
    @Path("{pool}/operations/{operation}/cancel")
    public Response cancel(
            @PathParam("pool") String pool,
            @PathParam("operation") String operation,
            @BeanParam RequestContext context) {
        return operations.shown(
                service.cancel(operations.of(pool, operation), context.requester()), context);
    }
}
