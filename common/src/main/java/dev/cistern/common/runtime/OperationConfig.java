package dev.cistern.common.runtime;

import dev.cistern.common.operation.BulkLimits;
import dev.cistern.common.operation.History;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How a service treats operations that have been accepted, and those that have ended. */
@ConfigMapping(prefix = "cistern.operations")
public interface OperationConfig {
    /** How many operations that move bytes may be with workers at once. */
    Bulk bulk();

    /** How long operations are kept after their end; longer than Kafka keeps results. */
    @WithDefault("30d")
    Duration keep();

    /** How long an Idempotency-Key is remembered. */
    @WithDefault("1d")
    Duration keepKeys();

    /** Operations that move bytes. */
    interface Bulk {
        /** Of one pool. */
        @WithDefault("8")
        int perPool();

        /** Of one tenant, in each worker group. */
        @WithDefault("8")
        int perTenant();
    }

    /** The limits as operations take them. */
    default BulkLimits bulkLimits() {
        return new BulkLimits(bulk().perPool(), bulk().perTenant());
    }

    /** How long the past is kept. */
    default History.Retention retention() {
        return new History.Retention(keep(), keepKeys());
    }
}
