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
 */
public record CommandMessage(
        UUID operation, int attempt, Owner owner, @Nullable String traceparent, Command command) {

    /** The same as a part of another span. */
    public CommandMessage within(@Nullable String span) {
        return new CommandMessage(operation, attempt, owner, span, command);
    }
}
