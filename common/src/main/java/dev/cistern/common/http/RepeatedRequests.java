package dev.cistern.common.http;

import dev.cistern.common.operation.EntityTag;
import dev.cistern.common.operation.RequestKeys;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.common.runtime.Service;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;
import org.jspecify.annotations.Nullable;

/**
 * Answers a request with an {@code Idempotency-Key} that comes again as it was answered before,
 * instead of doing it twice. Of several that come at once one has its effect, and the others are
 * answered from it.
 */
@Singleton
public class RepeatedRequests {
    private static final String PENDING = RepeatedRequests.class.getName();
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
    private static final int REFUSED = 400;

    private final Instance<Service> services;

    /** Filters are made before services can be. */
    RepeatedRequests(@Any Instance<Service> services) {
        this.services = services;
    }

    /** A request that had no effect yet, as far as is known. */
    private record Pending(Service service, String tenant, String key, String fingerprint) {
        Optional<RequestKeys.Answer> before() {
            return service.runtime().operations().keys().find(tenant, key);
        }
    }

    /** Answers what was answered before; else hands on what the request is told apart by. */
    @ServerRequestFilter
    public @Nullable Response answerAgain(ContainerRequestContext request) {
        var key = request.getHeaderString(RequestContext.KEY);
        var service = key == null ? null : serviceOf(request);
        if (key == null || service == null) {
            return null;
        }
        var pending =
                new Pending(
                        service,
                        RequestContext.tenant(request.getHeaderString(RequestContext.TENANT)),
                        RequestContext.key(key),
                        fingerprint(request));
        var before = pending.before();
        if (before.isPresent()) {
            return again(before.get(), pending, request);
        }
        request.getHeaders().putSingle(RequestContext.FINGERPRINT, pending.fingerprint());
        request.setProperty(PENDING, pending);
        return null;
    }

    /** One that was refused may have been so because another with its key was quicker. */
    @ServerResponseFilter
    public void answerFromOther(ContainerRequestContext request, ContainerResponseContext answer) {
        if (answer.getStatus() < REFUSED
                || !(request.getProperty(PENDING) instanceof Pending pending)) {
            return;
        }
        pending.before()
                .ifPresent(
                        before -> {
                            var again = again(before, pending, request);
                            answer.getHeaders().clear();
                            answer.getHeaders().putAll(again.getHeaders());
                            answer.setStatus(again.getStatus());
                            answer.setEntity(
                                    again.getEntity(),
                                    null,
                                    Objects.requireNonNullElse(
                                            again.getMediaType(), MediaType.APPLICATION_JSON_TYPE));
                        });
    }

    private static Response again(
            RequestKeys.Answer before, Pending pending, ContainerRequestContext request) {
        try {
            if (!before.fingerprint().equals(pending.fingerprint())) {
                throw RequestKeys.reused(pending.key());
            }
            var path = request.getUriInfo().getPath();
            return new OperationAnswers(pending.service().runtime(), collection(path))
                    .again(before, Waiting.preference(request.getHeaderString("Prefer")));
        } catch (ProblemException reused) {
            return ProblemMappers.answer(reused.problem());
        }
    }

    private @Nullable Service serviceOf(ContainerRequestContext request) {
        var path = request.getUriInfo().getPath();
        return READING.contains(request.getMethod())
                ? null
                : services.stream().filter(one -> one.serves(path)).findFirst().orElse(null);
    }

    /** Such as {@code /v1/volumes/}. */
    private static String collection(String path) {
        var end = path.indexOf('/', path.indexOf('/', 1) + 1);
        return end < 0 ? path + "/" : path.substring(0, end + 1);
    }

    private static String fingerprint(ContainerRequestContext request) {
        try {
            var body = request.getEntityStream().readAllBytes();
            request.setEntityStream(new ByteArrayInputStream(body));
            return EntityTag.digest(
                    request.getMethod().getBytes(StandardCharsets.UTF_8),
                    request.getUriInfo()
                            .getRequestUri()
                            .getRawSchemeSpecificPart()
                            .getBytes(StandardCharsets.UTF_8),
                    body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
