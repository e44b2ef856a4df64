package dev.cistern.common.message;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A result on its way to the service that owns the operation.
 *
 * @param worker the worker's name
 * @param at when the worker was done
 * @param traceparent as in the command
 */
public record ResultMessage(
        UUID operation,
        int attempt,
        Owner owner,
        String worker,
        Instant at,
        @Nullable String traceparent,
        Result result) {

    /**
     * The same for every delivery of this result: operation and attempt, and the page of a scan.
     */
    @JsonIgnore
    public String id() {
        var id = operation + "." + attempt;
        return result instanceof Result.PoolScanPage(var page, _) ? id + ".page" + page : id;
    }
}
