package dev.cistern.common.http;

import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.OperationQuery;
import dev.cistern.common.operation.OperationState;
import dev.cistern.common.operation.RequestKeys;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.common.runtime.ServiceRuntime;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How a service's resource answers where operations are concerned. */
public final class OperationAnswers {
    /** Stands for any resource in the path of an operation. */
    public static final String ANY = "-";

    private final ServiceRuntime runtime;
    private final String base;

    /**
     * Answers of a service.
     *
     * @param base path of its resources, ending in a slash
     */
    public OperationAnswers(ServiceRuntime runtime, String base) {
        this.runtime = runtime;
        this.base = base;
    }

    /** {@code 202} with the operation, after the wait that the caller prefers. */
    public Response accepted(Operation operation, RequestContext context) {
        return shown(operation, Response.Status.ACCEPTED, context.patience());
    }

    /** {@code 200} with the operation, after the wait that the caller prefers. */
    public Response shown(Operation operation, RequestContext context) {
        return shown(operation, Response.Status.OK, context.patience());
    }

    /** Who does not wait is shown the operation as it was accepted. */
    private Response shown(Operation operation, Response.StatusType status, Duration patience) {
        var now = patience.isZero() ? operation : await(operation.id(), patience);
        var answer = Response.status(status).entity(view(now));
        if (status == Response.Status.ACCEPTED) {
            answer.location(
                    URI.create(base + operation.target() + "/operations/" + operation.id()));
        }
        if (!patience.isZero()) {
            answer.header("Preference-Applied", "wait=" + patience.toSeconds());
        }
        return answer.build();
    }

    /** What was answered to a request before, with the operation as it is after the wait. */
    Response again(RequestKeys.Answer answer, Duration patience) {
        var status = Response.Status.fromStatusCode(answer.status());
        if (answer.operation() != null) {
            return shown(runtime.operations().get(answer.operation()), status, patience);
        }
        var again = Response.status(status).type(MediaType.APPLICATION_JSON).entity(answer.body());
        return answer.location() == null
                ? again.build()
                : again.location(URI.create(answer.location())).build();
    }

    /**
     * An operation, after the wait asked for.
     *
     * @param target id or name of the resource that it is of, or {@link #ANY}
     * @throws ProblemException if there is none, or it is of another resource
     */
    public OperationView get(String target, String operation, @Nullable String wait) {
        return view(await(of(target, operation), Waiting.parameter(wait)));
    }

    /**
     * Reads an operation's id.
     *
     * @param target id or name of the resource that it is of, or {@link #ANY}
     * @throws ProblemException if there is none, or it is of another resource
     */
    public UUID of(String target, String operation) {
        var found = runtime.operations().get(id(operation));
        if (!target.equals(ANY)
                && !target.equals(found.targetName())
                && !target.equals(found.target().toString())) {
            throw new ProblemException(
                    ProblemCode.OPERATION_NOT_FOUND,
                    "operation %s is not of '%s' but of '%s'"
                            .formatted(operation, target, found.targetName()));
        }
        return found.id();
    }

    /** Operations of a resource, or of all, in the order accepted. */
    public Page<OperationView> list(
            @Nullable UUID target,
            @Nullable String state,
            @Nullable String cursor,
            @Nullable String limit) {
        var place = Page.Cursor.parse(cursor, limit);
        var rows = runtime.query().list(target, state(state), place.after(), place.limit() + 1);
        var ahead = ahead(rows);
        return Page.of(
                rows,
                place,
                Operation::sequence,
                operation ->
                        OperationView.of(
                                operation, runtime.stage(operation), ahead.get(operation.id())));
    }

    private static UUID id(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException _) {
            throw new ProblemException(
                    ProblemCode.OPERATION_NOT_FOUND, "there is no operation '%s'".formatted(text));
        }
    }

    private OperationView view(Operation operation) {
        return OperationView.of(
                operation, runtime.stage(operation), ahead(List.of(operation)).get(operation.id()));
    }

    private Map<UUID, OperationQuery.Ahead> ahead(List<Operation> operations) {
        var waiting =
                operations.stream()
                        .filter(operation -> operation.state() == OperationState.WAITING)
                        .map(Operation::id)
                        .toList();
        return waiting.isEmpty() ? Map.of() : runtime.query().ahead(waiting);
    }

    private Operation await(UUID id, Duration wait) {
        if (!wait.isZero()) {
            runtime.ends().await(id, wait, () -> runtime.operations().get(id).state().ended());
        }
        return runtime.operations().get(id);
    }

    private static @Nullable OperationState state(@Nullable String text) {
        return text == null
                ? null
                : Arrays.stream(OperationState.values())
                        .filter(state -> state.name().toLowerCase(Locale.ROOT).equals(text))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new ProblemException(
                                                ProblemCode.INVALID_REQUEST,
                                                "'%s' is not a state of an operation"
                                                        .formatted(text)));
    }
}
