package dev.cistern.volume.rest;

import dev.cistern.common.http.OperationAnswers;
import dev.cistern.common.http.OperationView;
import dev.cistern.common.http.Page;
import dev.cistern.common.http.RequestContext;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.Volume;
import dev.cistern.volume.VolumePatch;
import dev.cistern.volume.VolumeQuery;
import dev.cistern.volume.VolumeState;
import dev.cistern.volume.work.CloneService;
import dev.cistern.volume.work.VolumeService;
import dev.cistern.volume.work.VolumeWork;
import dev.cistern.volume.xml.VolumeDocument;
import dev.cistern.volume.xml.VolumeXml;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Volumes. */
@Path("/v1/volumes")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
public class VolumeResource {
    private final VolumeService service;
    private final CloneService clones;
    private final OperationAnswers operations;

    VolumeResource(VolumeService service, CloneService clones, VolumeWork work) {
        this.service = service;
        this.clones = clones;
        this.operations = new OperationAnswers(work.runtime(), "/v1/volumes/");
    }

    /** Creates a volume. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Response create(@Nullable VolumeJson volume, @BeanParam RequestContext context) {
        if (volume == null) {
            throw new ProblemException(ProblemCode.MALFORMED_REQUEST, "the body is empty");
        }
        var request = volume.request();
        var backing = volume.backingVolume();
        return operations.accepted(
                backing == null
                        ? service.create(request, context.requester())
                        : clones.createOver(backing, request, null, context.requester()),
                context);
    }

    /** Creates a volume from libvirt's XML. */
    @POST
    @Consumes({MediaType.APPLICATION_XML, MediaType.TEXT_XML})
    public Response createFromXml(
            String xml,
            @QueryParam("pool") @Nullable String pool,
            @BeanParam RequestContext context) {
        if (pool == null) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST, "the parameter 'pool' is absent");
        }
        var request = VolumeXml.read(pool, xml);
        var operation =
                VolumeXml.backingFile(xml)
                        .map(file -> clones.createOverFile(file, request, xml, context.requester()))
                        .orElseGet(() -> service.create(request, xml, context.requester()));
        return operations.accepted(operation, context);
    }

    /** Volumes in the order in which they became known. */
    @GET
    public Page<VolumeView> list(
            @QueryParam("pool") @Nullable String pool,
            @QueryParam("name") @Nullable String name,
            @QueryParam("state") @Nullable String state,
            @QueryParam("format") @Nullable String format,
            @QueryParam("label") List<String> labels,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("limit") @Nullable String limit) {
        var place = Page.Cursor.parse(cursor, limit);
        var filter = new VolumeQuery.Filter(pool, name, state(state), format, labels(labels));
        var rows = service.list(filter, place.after(), place.limit() + 1);
        return Page.of(rows, place, Volume::position, VolumeView::of);
    }

    /** Each {@code key=value}, or {@code key} for any value. */
    private static Map<String, Optional<String>> labels(List<String> texts) {
        var labels = new HashMap<String, Optional<String>>();
        for (var text : texts) {
            var equals = text.indexOf('=');
            var key = equals < 0 ? text : text.substring(0, equals);
            VolumePatch.requireKey(key);
            var value =
                    equals < 0 ? Optional.<String>empty() : Optional.of(text.substring(equals + 1));
            value.ifPresent(each -> VolumePatch.requireValue(key, each));
            labels.put(key, value);
        }
        return labels;
    }

    private static @Nullable VolumeState state(@Nullable String text) {
        return text == null
                ? null
                : Arrays.stream(VolumeState.values())
                        .filter(state -> state.text().equals(text))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new ProblemException(
                                                ProblemCode.INVALID_REQUEST,
                                                "'%s' is not a state of a volume".formatted(text)));
    }

    /** A volume. */
    @GET
    @Path("{volume}")
    public VolumeView get(@PathParam("volume") String volume) {
        return VolumeView.of(service.get(volume));
    }

    /** A volume in libvirt's XML. */
    @GET
    @Path("{volume}")
    @Produces(MediaType.APPLICATION_XML)
    public String xml(@PathParam("volume") String volume) {
        var found = service.get(volume);
        return VolumeDocument.write(found, service.image(found));
    }

    /** Deletes a volume. */
    @DELETE
    @Path("{volume}")
    public Response delete(
            @PathParam("volume") String volume,
            @QueryParam("purge") @Nullable String purge,
            @QueryParam("keep") @Nullable String keep,
            @BeanParam RequestContext context) {
        var deletion = DeletionParameters.of(purge, keep);
        return operations.accepted(service.delete(volume, deletion, context.requester()), context);
    }

    /** Its operations, or those of every volume. */
    @GET
    @Path("{volume}/operations")
    public Page<OperationView> operations(
            @PathParam("volume") String volume,
            @QueryParam("state") @Nullable String state,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("limit") @Nullable String limit) {
        return operations.list(target(volume), state, cursor, limit);
    }

    private @Nullable UUID target(String volume) {
        return OperationAnswers.ANY.equals(volume) ? null : service.get(volume).id();
    }

    /** An operation, awaited if asked for. */
    @GET
    @Path("{volume}/operations/{operation}")
    public OperationView operation(
            @PathParam("volume") String volume,
            @PathParam("operation") String operation,
            @QueryParam("wait") @Nullable String wait) {
        return operations.get(volume, operation, wait);
    }

    /** Ends an operation early. */
    @POST
    @Path("{volume}/operations/{operation}/cancel")
    public Response cancel(
            @PathParam("volume") String volume,
            @PathParam("operation") String operation,
            @BeanParam RequestContext context) {
        return operations.shown(
                service.cancel(operations.of(volume, operation), context.requester()), context);
    }
}
