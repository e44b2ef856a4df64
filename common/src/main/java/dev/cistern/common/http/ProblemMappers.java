package dev.cistern.common.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import dev.cistern.common.operation.Admission;
import dev.cistern.common.operation.DatabaseFault;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.Objects;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** The one place where exceptions become answers. */
public final class ProblemMappers {
    private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

    /** A refusal. */
    @ServerExceptionMapper
    public Response refusal(ProblemException refusal) {
        var answer = answer(refusal.problem());
        var retryAfter = refusal.problem().members().get(Admission.RETRY_AFTER);
        return retryAfter == null
                ? answer
                : Response.fromResponse(answer).header("Retry-After", retryAfter).build();
    }

    /** A body that is not JSON, or not of the right shape. */
    @ServerExceptionMapper
    public Response unreadable(JacksonException e) {
        return answer(Problem.of(ProblemCode.MALFORMED_REQUEST, e.getOriginalMessage()));
    }

    /** A body of the wrong shape, for which Quarkus would otherwise answer without a word. */
    @ServerExceptionMapper
    public Response misshapen(MismatchedInputException e) {
        return unreadable(e);
    }

    /** What JAX-RS itself refuses: an unknown path, a wrong method, a wrong media type. */
    @ServerExceptionMapper
    public Response refusedByServer(WebApplicationException e) {
        if (e.getCause() instanceof JacksonException unreadable) {
            return unreadable(unreadable);
        }
        var status = e.getResponse().getStatus();
        if (status < 400) {
            return e.getResponse();
        }
        var body =
                ProblemBody.of(
                        Problem.of(
                                status < 500 ? ProblemCode.MALFORMED_REQUEST : ProblemCode.INTERNAL,
                                Objects.toString(e.getMessage(), "")));
        body.put("status", status);
        body.put("title", e.getResponse().getStatusInfo().getReasonPhrase());
        return Response.status(status).entity(body).type(ProblemBody.MEDIA_TYPE).build();
    }

    /** Everything else: a database that does not answer, or a defect. */
    @ServerExceptionMapper
    public Response failure(RuntimeException e) {
        if (DatabaseFault.unavailable(e)) {
            LOG.warnf("refused for want of the database: %s", e.getMessage());
            return Response.fromResponse(
                            answer(
                                    Problem.of(
                                            ProblemCode.UNAVAILABLE,
                                            "the database does not answer; nothing was changed, try again")))
                    .header("Retry-After", 2)
                    .build();
        }
        if (DatabaseFault.value(e)) {
            return answer(
                    Problem.of(
                            ProblemCode.MALFORMED_REQUEST,
                            "the request has a character or a number that no value here can have"));
        }
        LOG.error("a request failed", e);
        return answer(
                Problem.of(
                        ProblemCode.INTERNAL,
                        "the request failed; the log of the service says why"));
    }

    /** The answer that carries a problem. */
    public static Response answer(Problem problem) {
        return Response.status(problem.code().status())
                .entity(ProblemBody.of(problem))
                .type(ProblemBody.MEDIA_TYPE)
                .build();
    }
}
