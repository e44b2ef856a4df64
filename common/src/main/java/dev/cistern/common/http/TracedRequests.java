package dev.cistern.common.http;

import dev.cistern.common.trace.LogContext;
import dev.cistern.common.trace.Traces;
import io.opentelemetry.api.trace.SpanKind;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import java.util.Objects;
import org.jboss.logging.MDC;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** A span for every request; what the request sets going bears it. */
@Singleton
public class TracedRequests {
    private static final String HEADER = "traceparent";
    private static final String STEP = TracedRequests.class.getName();
    private static final int FAILURE = 500;

    private final Traces traces;

    TracedRequests(Traces traces) {
        this.traces = traces;
    }

    /** Begins. */
    @ServerRequestFilter(preMatching = true)
    public void begin(ContainerRequestContext request) {
        var path = request.getUriInfo().getPath();
        var step =
                traces.begin(
                                SpanKind.SERVER,
                                request.getMethod() + " " + collection(path),
                                request.getHeaderString(HEADER))
                        .with("http.request.method", request.getMethod())
                        .with("url.path", path);
        request.setProperty(STEP, step);
        var traceparent = step.traceparent();
        if (traceparent != null) {
            request.getHeaders().putSingle(HEADER, traceparent);
            MDC.put(LogContext.TRACE, LogContext.trace(traceparent));
        }
        MDC.put(
                LogContext.TENANT,
                Objects.requireNonNullElse(request.getHeaderString("Cistern-Tenant"), "default"));
    }

    /** Ends with the status of the answer. */
    @ServerResponseFilter
    public void end(ContainerRequestContext request, ContainerResponseContext response) {
        if (request.getProperty(STEP) instanceof Traces.Step step) {
            step.with("http.response.status_code", Integer.toString(response.getStatus()));
            if (response.getStatus() >= FAILURE) {
                step.failed(Integer.toString(response.getStatus()));
            }
            step.close();
        }
    }

    /**
     * The kind of thing that a path names, such as {@code /v1/volumes}: few, so that they group.
     */
    private static String collection(String path) {
        var end = path.indexOf('/', path.indexOf('/', 1) + 1);
        return end < 0 ? path : path.substring(0, end);
    }
}
