package dev.cistern.common.message;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.apache.kafka.common.header.Headers;
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
    /** Kafka header with the name of the owner, so that others need not read the message. */
    public static final String OWNER = "cistern-owner";

    /** Whether a message with these headers is, or may be, for this owner. */
    public static boolean addressedTo(Owner owner, Headers headers) {
        var header = headers.lastHeader(OWNER);
        return header == null
                || owner.name().equals(new String(header.value(), StandardCharsets.UTF_8));
    }

    /**
     * The same for every delivery of this result: operation and attempt, and the page of a scan.
     */
    @JsonIgnore
    public String id() {
        var id = operation + "." + attempt;
        return result instanceof Result.PoolScanPage(var page, _, _) ? id + ".page" + page : id;
    }
}
