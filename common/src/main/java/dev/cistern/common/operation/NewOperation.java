package dev.cistern.common.operation;

import dev.cistern.common.message.Lane;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A request to be accepted.
 *
 * @param kind of a {@link UseCase} that the service has
 * @param targetType {@code pool}, {@code volume} or {@code orphan}
 * @param claims what it touches; requests that claim the same run in the order accepted
 * @param request what the use case must know when its turn comes; written as JSON
 * @param dependsOn operations that create what this one names: when one fails, this one does; each
 *     must claim something that this one claims too, else it is not waited for
 * @param deadline how long it may take once its turn has come, while the service can follow it
 */
public record NewOperation(
        String kind,
        String targetType,
        UUID target,
        String targetName,
        UUID pool,
        Requester requester,
        String group,
        Lane lane,
        List<Claim> claims,
        Object request,
        Set<UUID> dependsOn,
        Duration deadline) {

    /**
     * Who asks.
     *
     * @param traceparent W3C trace context of the request, or null
     */
    public record Requester(
            String tenant, String actor, @Nullable String traceparent, Terms terms) {
        /** The services themselves. */
        public static final Requester SYSTEM = new Requester("default", "cistern", null);

        /** One without terms. */
        public Requester(String tenant, String actor, @Nullable String traceparent) {
            this(tenant, actor, traceparent, Terms.NONE);
        }

        /** The same once the precondition is known to hold. */
        public Requester met() {
            return new Requester(tenant, actor, traceparent, terms.met());
        }
    }
}
