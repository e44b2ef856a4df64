package dev.cistern.pool.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.cistern.common.http.Tagged;
import dev.cistern.pool.Pool;
import dev.cistern.pool.PoolSource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A pool as the API shows it; sizes in bytes. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PoolView(
        UUID id,
        String name,
        String type,
        String path,
        @Nullable PoolSource source,
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
        long reserve,
        long lowSpace,
        List<String> conditions,
        @Nullable String mode,
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
        var permissions = pool.folder().orElseGet(pool::permissions);
        return new PoolView(
                pool.id(),
                pool.name(),
                pool.type(),
                pool.path(),
                pool.source().equals(PoolSource.NONE) ? null : pool.source(),
                pool.state().text(),
                figures.capacity(),
                figures.allocation(),
                figures.available(),
                pool.autostart(),
                true,
                pool.group(),
                pool.epoch(),
                pool.space().overcommit(),
                pool.space().limit(),
                pool.space().reserve(),
                pool.space().lowSpace(),
                conditions(pool),
                permissions.mode() < 0 ? null : "%04o".formatted(permissions.mode()),
                permissions.owner(),
                permissions.group(),
                pool.label(),
                pool.tenant(),
                pool.createdAt(),
                pool.updatedAt());
    }

    private static List<String> conditions(Pool pool) {
        var conditions = new ArrayList<String>();
        if (pool.low()) {
            conditions.add("low-space");
        }
        if (pool.state().active() && !pool.opened()) {
            conditions.add("maintenance");
        }
        return conditions;
    }
}
