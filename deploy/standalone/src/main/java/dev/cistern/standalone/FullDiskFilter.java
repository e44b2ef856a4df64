package dev.cistern.standalone;

import dev.cistern.common.http.ProblemBody;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.embedded.SpaceGuard;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that would write while the data folder has no space for it; reading goes on.
 *
 * <p>A request that is let in writes to the database, to Kafka and perhaps to the disk of the
 * volumes; refused here, it has changed nothing.
 */
@ApplicationScoped
final class FullDiskFilter {
    /** Before whatever else looks at requests. */
    private static final int PRIORITY = 1_000;

    private static final Set<HttpMethod> READING =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    void register(@Observes Filters filters) {
        filters.register(FullDiskFilter::filter, PRIORITY);
    }

    private static void filter(RoutingContext request) {
        @Nullable SpaceGuard space = Space.guard();
        if (space == null || !space.low() || READING.contains(request.request().method())) {
            request.next();
        } else {
            refuse(request, space);
        }
    }

    private static void refuse(RoutingContext request, SpaceGuard space) {
        request.response()
                .setStatusCode(ProblemCode.STORAGE_FULL.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, ProblemBody.MEDIA_TYPE)
                .putHeader(HttpHeaders.RETRY_AFTER, "10")
                .end(new JsonObject(ProblemBody.of(problem(space))).toBuffer());
    }

    private static Problem problem(SpaceGuard space) {
        return Problem.of(
                ProblemCode.STORAGE_FULL,
                "The disk of Cistern's data folder has %d MiB left, and nothing was changed: make space there, then try again"
                        .formatted(space.availableBytes() >> 20));
    }
}
