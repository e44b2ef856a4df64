package dev.cistern.common.runtime;

import dev.cistern.common.operation.Admission;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How many operations of a service may wait or run at once; beyond, requests are answered 429. */
@ConfigMapping(prefix = "cistern.backlog")
public interface BacklogConfig {
    /** Of one tenant. */
    @WithDefault("10000")
    long perTenant();

    /** Of all tenants together. */
    @WithDefault("50000")
    long total();

    /** The limits as the admission takes them. */
    default Admission.Limits limits() {
        return new Admission.Limits(perTenant(), total());
    }
}
