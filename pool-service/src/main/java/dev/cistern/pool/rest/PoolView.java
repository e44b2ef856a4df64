package dev.cistern.pool.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.cistern.common.http.Tagged;
import dev.cistern.pool.Pool;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A pool as the API shows it; sizes in bytes. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PoolView(
        UUID id,
        String name,
        String type,
        String path,
        String state,
        long capacity,
        long allocation,
        long available,
        boolean autostart,
        boolean persistent,
        @Nullable String node,
        long epoch,
        double overcommit,
        @Nullable Long limit,
        String mode,
        int owner,
        int group,
        @Nullable String label,
        String tenant,
        Instant createdAt,
        Instant updatedAt)
        implements Tagged {

    String location() {
        return "/v1/pools/" + id;
    }

    static PoolView of(Pool pool) {
        var figures = pool.figures();
        var permissions = pool.permissions();
        return new PoolView(
                pool.id(),
                pool.name(),
                pool.type(),
                pool.path(),
                pool.state().text(),
                figures.capacity(),
                figures.allocation(),
                figures.available(),
                pool.autostart(),
                true,
                pool.group(),
                pool.epoch(),
                pool.overcommit(),
                pool.limit(),
                "%04o".formatted(permissions.mode()),
                permissions.owner(),
                permissions.group(),
                pool.label(),
                pool.tenant(),
                pool.createdAt(),
                pool.updatedAt());
    }
}
