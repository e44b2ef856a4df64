package dev.cistern.common.http;

import dev.cistern.common.operation.EntityTag;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.MediaType;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;
import org.jspecify.annotations.Nullable;

/** Gives answers their {@code ETag}, and answers who has seen it with {@code 304} only. */
@Singleton
public class TaggedAnswers {
    private static final int OK = 200;
    private static final int NOT_MODIFIED = 304;

    /** Tags the representations of resources. */
    @ServerResponseFilter
    public void tag(ContainerRequestContext request, ContainerResponseContext answer) {
        var reading = request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        if (!reading || answer.getStatus() != OK || !tagged(answer)) {
            return;
        }
        var tag = EntityTag.of(answer.getEntity());
        answer.getHeaders().putSingle("ETag", tag);
        if (seen(request.getHeaderString("If-None-Match"), tag)) {
            answer.setStatus(NOT_MODIFIED);
            answer.setEntity(null);
        }
    }

    private static boolean tagged(ContainerResponseContext answer) {
        return answer.getEntity() instanceof Tagged
                || (answer.getEntity() instanceof String
                        && MediaType.APPLICATION_XML_TYPE.isCompatible(answer.getMediaType()));
    }

    /** Weak comparison (RFC 9110, 13.1.2). */
    private static boolean seen(@Nullable String header, String tag) {
        return header != null && (header.strip().equals("*") || header.contains(tag));
    }
}
