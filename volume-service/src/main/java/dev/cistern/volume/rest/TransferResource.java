package dev.cistern.volume.rest;

import dev.cistern.common.http.OperationAnswers;
import dev.cistern.common.http.OperationView;
import dev.cistern.common.http.RequestContext;
import dev.cistern.common.http.Waiting;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.work.TransferService;
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
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** What clients fetch from volumes and deliver into them. */
@Path("/v1/volumes")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
public class TransferResource {
    private final TransferService transfers;
    private final OperationAnswers operations;

    TransferResource(TransferService transfers, VolumeWork work) {
        this.transfers = transfers;
        this.operations = new OperationAnswers(work.runtime(), "/v1/volumes/");
    }

    /** Begins a transfer; where its bytes go is told once a worker has it. */
    @POST
    @Path("{volume}/transfers")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response begin(
            @PathParam("volume") String volume,
            @Nullable TransferJson transfer,
            @BeanParam RequestContext context) {
        if (transfer == null) {
            throw new ProblemException(ProblemCode.MALFORMED_REQUEST, "the body is empty");
        }
        var token = transfer.tokenOrNew();
        var ticket = token.ticket(transfer.idleSeconds());
        var operation =
                transfer.upload()
                        ? transfers.upload(volume, transfer.request(ticket), context.requester())
                        : transfers.download(
                                volume, ticket, transfer.asGuestSees(), context.requester());
        return accepted(operation, transfer.token() == null ? token.text() : null);
    }

    /** Its end is in the client's hand: nothing is waited for. */
    private static Response accepted(Operation operation, @Nullable String token) {
        var path = "/v1/volumes/%s/operations/%s".formatted(operation.target(), operation.id());
        return Response.accepted(
                        new TransferView.Accepted(
                                OperationView.of(operation, operation.stage(), null), token))
                .location(URI.create(path))
                .build();
    }

    /** Where a transfer is, after the wait for a worker to have it. */
    @GET
    @Path("{volume}/transfers/{transfer}")
    public TransferView find(
            @PathParam("volume") String volume,
            @PathParam("transfer") String transfer,
            @QueryParam("wait") @Nullable String wait) {
        return TransferView.of(
                transfers.find(operations.of(volume, transfer), Waiting.parameter(wait)));
    }
}
