package dev.cistern.volume.rest;

import dev.cistern.common.http.OperationAnswers;
import dev.cistern.common.http.RequestContext;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.work.SnapshotService;
import dev.cistern.volume.work.VolumeWork;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Snapshots of volumes. */
@Path("/v1/volumes")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
public class SnapshotResource {
    private final SnapshotService service;
    private final OperationAnswers operations;

    SnapshotResource(SnapshotService service, VolumeWork work) {
        this.service = service;
        this.operations = new OperationAnswers(work.runtime(), "/v1/volumes/");
    }

    /** A list that is whole: an image has few snapshots. */
    public record Items(List<SnapshotView> items) {}

    /** Takes a snapshot. */
    @POST
    @Path("{volume}/snapshots")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response create(
            @PathParam("volume") String volume,
            @Nullable SnapshotJson snapshot,
            @BeanParam RequestContext context) {
        if (snapshot == null) {
            throw new ProblemException(ProblemCode.MALFORMED_REQUEST, "the body is empty");
        }
        return operations.accepted(
                service.create(
                        volume,
                        snapshot.checkedName(),
                        snapshot.checkedDescription(),
                        snapshot.checkedKind(),
                        context.requester()),
                context);
    }

    /** All of a volume, oldest first. */
    @GET
    @Path("{volume}/snapshots")
    public Items list(@PathParam("volume") String volume) {
        var all = service.list(volume);
        return new Items(all.stream().map(each -> SnapshotView.of(each, all)).toList());
    }

    /** One of them. */
    @GET
    @Path("{volume}/snapshots/{snapshot}")
    public SnapshotView get(
            @PathParam("volume") String volume, @PathParam("snapshot") String snapshot) {
        return SnapshotView.of(service.get(volume, snapshot), service.list(volume));
    }

    /** Gives one up. */
    @DELETE
    @Path("{volume}/snapshots/{snapshot}")
    public Response delete(
            @PathParam("volume") String volume,
            @PathParam("snapshot") String snapshot,
            @BeanParam RequestContext context) {
        return operations.accepted(service.delete(volume, snapshot, context.requester()), context);
    }

    /** Makes the volume what it was. */
    @POST
    @Path("{volume}/snapshots/{snapshot}/revert")
    public Response revert(
            @PathParam("volume") String volume,
            @PathParam("snapshot") String snapshot,
            @BeanParam RequestContext context) {
        return operations.accepted(service.revert(volume, snapshot, context.requester()), context);
    }
}
