package dev.cistern.common.trace;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * Ids that stand in every log line of this thread until it is closed; one within another outranks
 * it.
 */
public final class LogContext implements AutoCloseable {
    /** The operation that the work is for. */
    public static final String OPERATION = "operation";

    /** The volume or pool that is changed. */
    public static final String RESOURCE = "resource";

    /** Whose it is. */
    public static final String TENANT = "tenant";

    /** The trace, by its id. */
    public static final String TRACE = "traceId";

    /** Where the trace's id begins and ends in a {@code traceparent}. */
    private static final int TRACE_FROM = 3;

    private static final int TRACE_TO = 35;

    private final Map<String, Optional<Object>> before = new HashMap<>();

    private LogContext(Map<String, String> ids) {
        ids.forEach(
                (key, id) -> {
                    if (!id.isEmpty()) {
                        before.put(key, Optional.ofNullable(MDC.get(key)));
                        MDC.put(key, id);
                    }
                });
    }

    /** Opens it with these ids; one that is empty is left out. */
    public static LogContext of(Map<String, String> ids) {
        return new LogContext(ids);
    }

    /** The trace's id in a {@code traceparent}; empty if there is none. */
    public static String trace(@Nullable String traceparent) {
        return traceparent == null || traceparent.length() < TRACE_TO
                ? ""
                : traceparent.substring(TRACE_FROM, TRACE_TO);
    }

    @Override
    public void close() {
        before.forEach(
                (key, id) ->
                        id.ifPresentOrElse(outer -> MDC.put(key, outer), () -> MDC.remove(key)));
    }
}
