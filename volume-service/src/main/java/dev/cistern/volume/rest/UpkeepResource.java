package dev.cistern.volume.rest;

import dev.cistern.common.http.OperationAnswers;
import dev.cistern.common.http.RequestContext;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.CloneRequest;
import dev.cistern.volume.work.CloneService;
import dev.cistern.volume.work.PreflightService;
import dev.cistern.volume.work.UpkeepService;
import dev.cistern.volume.work.VolumeService;
import dev.cistern.volume.work.VolumeWork;
import dev.cistern.volume.xml.VolumeXml;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/** What is done to volumes that are there. */
@Path("/v1/volumes")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
public class UpkeepResource {
    private final VolumeService volumes;
    private final UpkeepService upkeep;
    private final CloneService clones;
    private final PreflightService preflights;
    private final OperationAnswers operations;

    UpkeepResource(
            VolumeService volumes,
            UpkeepService upkeep,
            CloneService clones,
            PreflightService preflights,
            VolumeWork work) {
        this.volumes = volumes;
        this.upkeep = upkeep;
        this.clones = clones;
        this.preflights = preflights;
        this.operations = new OperationAnswers(work.runtime(), "/v1/volumes/");
    }

    /** Changes what is said of a volume: the volume, or the operation if it is renamed. */
    @PATCH
    @Path("{volume}")
    @Consumes({MediaType.APPLICATION_JSON, "application/merge-patch+json"})
    public Response update(
            @PathParam("volume") String volume,
            @Nullable PatchJson patch,
            @BeanParam RequestContext context) {
        var id = volumes.get(volume).id().toString();
        return upkeep.update(id, required(patch).patch(), context.requester())
                .map(operation -> operations.accepted(operation, context))
                .orElseGet(() -> Response.ok(VolumeView.of(volumes.get(id))).build());
    }

    /** Makes another volume that reads the same. */
    @POST
    @Path("{volume}/clone")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response clone(
            @PathParam("volume") String volume,
            @Nullable CloneJson clone,
            @BeanParam RequestContext context) {
        return operations.accepted(
                clones.clone(volume, required(clone).request(), context.requester()), context);
    }

    /** Makes a volume that reads as a file in a pool's folder does, which need be no volume. */
    @POST
    @Path("-/clone")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response cloneFile(
            @QueryParam("file") @Nullable String file,
            @Nullable CloneJson clone,
            @BeanParam RequestContext context) {
        return operations.accepted(
                clones.cloneFile(
                        requiredFile(file), required(clone).request(), null, context.requester()),
                context);
    }

    /** The same as libvirt's XML says. */
    @POST
    @Path("-/clone")
    @Consumes({MediaType.APPLICATION_XML, MediaType.TEXT_XML})
    public Response cloneFileFromXml(
            @QueryParam("file") @Nullable String file,
            String xml,
            @QueryParam("pool") @Nullable String pool,
            @QueryParam("strategy") @Nullable String strategy,
            @BeanParam RequestContext context) {
        VolumeXml.requireNoBackingFile(xml);
        if (pool == null) {
            throw absent("pool");
        }
        var request = CloneRequest.of(VolumeXml.read(pool, xml), CloneJson.strategy(strategy));
        return operations.accepted(
                clones.cloneFile(requiredFile(file), request, xml, context.requester()), context);
    }

    private static String requiredFile(@Nullable String file) {
        if (file == null) {
            throw absent("file");
        }
        return file;
    }

    private static ProblemException absent(String parameter) {
        return new ProblemException(
                ProblemCode.INVALID_REQUEST, "the parameter '%s' is absent".formatted(parameter));
    }

    /** A clone of a volume as libvirt's XML says. */
    @POST
    @Path("{volume}/clone")
    @Consumes({MediaType.APPLICATION_XML, MediaType.TEXT_XML})
    public Response cloneFromXml(
            @PathParam("volume") String volume,
            String xml,
            @QueryParam("pool") @Nullable String pool,
            @QueryParam("strategy") @Nullable String strategy,
            @BeanParam RequestContext context) {
        VolumeXml.requireNoBackingFile(xml);
        var source = volumes.get(volume);
        var wanted = VolumeXml.read(pool == null ? source.poolId().toString() : pool, xml);
        var request = CloneRequest.of(wanted, CloneJson.strategy(strategy));
        return operations.accepted(
                clones.clone(source.id().toString(), request, xml, context.requester()), context);
    }

    /** Brings a volume into another pool. */
    @POST
    @Path("{volume}/move")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response move(
            @PathParam("volume") String volume,
            @Nullable MoveJson move,
            @BeanParam RequestContext context) {
        return operations.accepted(
                upkeep.move(volume, required(move).target(), context.requester()), context);
    }

    /** Makes a volume independent of those that it builds on. */
    @POST
    @Path("{volume}/flatten")
    public Response flatten(@PathParam("volume") String volume, @BeanParam RequestContext context) {
        return operations.accepted(upkeep.flatten(volume, context.requester()), context);
    }

    /** Gives a volume another format, under the same name. */
    @POST
    @Path("{volume}/convert")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response convert(
            @PathParam("volume") String volume,
            @Nullable ConvertJson convert,
            @BeanParam RequestContext context) {
        return operations.accepted(
                upkeep.convert(volume, required(convert).request(), context.requester()), context);
    }

    /** Writes what a volume has of its own into the one that it builds on. */
    @POST
    @Path("{volume}/commit")
    public Response commit(@PathParam("volume") String volume, @BeanParam RequestContext context) {
        return operations.accepted(upkeep.commit(volume, context.requester()), context);
    }

    /** Gives the space back that a volume spends on zeroes. */
    @POST
    @Path("{volume}/compact")
    public Response compact(@PathParam("volume") String volume, @BeanParam RequestContext context) {
        return operations.accepted(upkeep.compact(volume, context.requester()), context);
    }

    /** Overwrites a volume's content. */
    @POST
    @Path("{volume}/wipe")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response wipe(
            @PathParam("volume") String volume,
            @Nullable WipeJson wipe,
            @BeanParam RequestContext context) {
        return operations.accepted(
                upkeep.wipe(volume, WipeJson.of(wipe), context.requester()), context);
    }

    /** Brings a volume back from the trash. */
    @POST
    @Path("{volume}/restore")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response restore(
            @PathParam("volume") String volume,
            @Nullable RestoreJson restore,
            @BeanParam RequestContext context) {
        var name = restore == null ? null : restore.name();
        return operations.accepted(upkeep.restore(volume, name, context.requester()), context);
    }

    /** What a volume builds on, and what builds on it. */
    @GET
    @Path("{volume}/graph")
    public GraphView graph(@PathParam("volume") String volume) {
        return GraphView.of(upkeep.graph(volume));
    }

    /** What a request would come to; nothing is changed. */
    @POST
    @Path("{volume}/preflight")
    @Consumes(MediaType.APPLICATION_JSON)
    public PreflightView preflight(
            @PathParam("volume") String volume,
            @Nullable PreflightJson preflight,
            @BeanParam RequestContext context) {
        return PreflightView.of(
                preflights.report(volume, required(preflight).asked(), context.requester()));
    }

    private static <T> T required(@Nullable T body) {
        if (body == null) {
            throw new ProblemException(ProblemCode.MALFORMED_REQUEST, "the body is empty");
        }
        return body;
    }
}
