package dev.cistern.common.http;

import dev.cistern.common.operation.NewOperation.Requester;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import jakarta.ws.rs.HeaderParam;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What every request says about itself in its headers. */
public final class RequestContext {
    private static final Pattern NAME = Pattern.compile("[\\p{Alnum}@._:-]{1,128}");

    /** W3C Trace Context, 3.2. */
    private static final Pattern TRACEPARENT =
            Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

    @HeaderParam("Cistern-Tenant")
    private @Nullable String tenant;

    @HeaderParam("Cistern-Actor")
    private @Nullable String actor;

    @HeaderParam("traceparent")
    private @Nullable String traceparent;

    @HeaderParam("Prefer")
    private @Nullable String prefer;

    /**
     * Who asks.
     *
     * @throws ProblemException if tenant or actor cannot be names
     */
    public Requester requester() {
        var trace =
                traceparent != null && TRACEPARENT.matcher(traceparent).matches()
                        ? traceparent
                        : null;
        return new Requester(
                name("Cistern-Tenant", tenant, "default"),
                name("Cistern-Actor", actor, "anonymous"),
                trace);
    }

    /** How long the caller prefers to wait for the end of what it asks for. */
    public Duration patience() {
        return Waiting.preference(prefer);
    }

    private static String name(String header, @Nullable String value, String fallback) {
        if (value == null || value.isEmpty()) {
            return fallback;
        }
        if (!NAME.matcher(value).matches()) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "the header %s is not a name of at most 128 letters, digits and @._:-"
                            .formatted(header));
        }
        return value;
    }
}
