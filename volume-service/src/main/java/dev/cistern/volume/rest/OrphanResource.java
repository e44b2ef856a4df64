package dev.cistern.volume.rest;

import dev.cistern.common.http.OperationAnswers;
import dev.cistern.common.http.Page;
import dev.cistern.common.http.RequestContext;
import dev.cistern.volume.Orphan;
import dev.cistern.volume.work.OrphanService;
import dev.cistern.volume.work.VolumeWork;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/** Volumes and files that do not go together, and what is done about them. */
@Path("/v1/volumes/orphans")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
public class OrphanResource {
    private final OrphanService service;
    private final OperationAnswers operations;

    OrphanResource(OrphanService service, VolumeWork work) {
        this.service = service;
        this.operations = new OperationAnswers(work.runtime(), "/v1/volumes/");
    }

    /** Orphans as the last scans have found them. */
    @GET
    public Page<OrphanView> list(
            @QueryParam("pool") @Nullable String pool,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("limit") @Nullable String limit) {
        var place = Page.Cursor.parse(cursor, limit);
        var rows = service.list(pool, place.after(), place.limit() + 1);
        return Page.of(rows, place, Orphan::position, OrphanView::of);
    }

    /** An orphan. */
    @GET
    @Path("{orphan}")
    public OrphanView get(@PathParam("orphan") String orphan) {
        return OrphanView.of(service.get(orphan));
    }

    /** Makes its file the volume's, or a volume. */
    @POST
    @Path("{orphan}/adopt")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response adopt(
            @PathParam("orphan") String orphan,
            @Nullable OrphanJson adoption,
            @BeanParam RequestContext context) {
        var name = adoption == null ? null : adoption.name();
        return operations.accepted(service.adopt(orphan, name, context.requester()), context);
    }

    /** Puts its file aside. */
    @POST
    @Path("{orphan}/quarantine")
    public Response quarantine(
            @PathParam("orphan") String orphan, @BeanParam RequestContext context) {
        return operations.accepted(service.quarantine(orphan, context.requester()), context);
    }

    /** Removes it for good. */
    @POST
    @Path("{orphan}/purge")
    public Response purge(@PathParam("orphan") String orphan, @BeanParam RequestContext context) {
        return operations.accepted(service.purge(orphan, context.requester()), context);
    }
}
