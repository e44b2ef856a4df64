package dev.cistern.common.message;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A command on its way to a worker.
 *
 * @param operation the operation that it is the work of
 * @param attempt 1, and one more each time the watchdog sends it again
 * @param owner who consumes the result
 * @param traceparent W3C trace context of the request, or null
 * @param maxBytesPerSecond how fast the work may copy, or null for as fast as the worker lets it
 */
public record CommandMessage(
        UUID operation,
        int attempt,
        Owner owner,
        @Nullable String traceparent,
        @Nullable Long maxBytesPerSecond,
        Command command) {
    /** One that may go as fast as the worker lets it. */
    public CommandMessage(
            UUID operation,
            int attempt,
            Owner owner,
            @Nullable String traceparent,
            Command command) {
        this(operation, attempt, owner, traceparent, null, command);
    }

    /** The same as a part of another span. */
    public CommandMessage within(@Nullable String span) {
        return new CommandMessage(operation, attempt, owner, span, maxBytesPerSecond, command);
    }
}
