package dev.cistern.volume.rest;

import dev.cistern.common.http.OperationAnswers;
import dev.cistern.common.http.RequestContext;
import dev.cistern.common.message.Command.Repair;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.ChangeRequest;
import dev.cistern.volume.Check;
import dev.cistern.volume.work.VolumeService;
import dev.cistern.volume.work.VolumeWork;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/** What is done to a volume's file where it is. */
@Path("/v1/volumes")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class VolumeChangeResource {
    private final VolumeService service;
    private final OperationAnswers operations;

    VolumeChangeResource(VolumeService service, VolumeWork work) {
        this.service = service;
        this.operations = new OperationAnswers(work.runtime(), "/v1/volumes/");
    }

    /** Gives a volume another capacity. */
    @POST
    @Path("{volume}/resize")
    public Response resize(
            @PathParam("volume") String volume,
            @Nullable ResizeJson resize,
            @BeanParam RequestContext context) {
        return change(volume, required(resize).request(), context);
    }

    /** Checks a volume's image. */
    @POST
    @Path("{volume}/check")
    @Consumes(MediaType.WILDCARD)
    public Response check(@PathParam("volume") String volume, @BeanParam RequestContext context) {
        return change(volume, new Check(Repair.NONE), context);
    }

    /** Checks a volume's image and sets right what is asked. */
    @POST
    @Path("{volume}/repair")
    public Response repair(
            @PathParam("volume") String volume,
            @Nullable RepairJson repair,
            @BeanParam RequestContext context) {
        return change(volume, RepairJson.or(repair).request(), context);
    }

    private Response change(String volume, ChangeRequest request, RequestContext context) {
        return operations.accepted(service.change(volume, request, context.requester()), context);
    }

    private static <T> T required(@Nullable T body) {
        if (body == null) {
            throw new ProblemException(ProblemCode.MALFORMED_REQUEST, "the body is empty");
        }
        return body;
    }
}
