package dev.cistern.common.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.HashMap;
import java.util.Map;

/**
 * Why a request was refused or an operation failed.
 *
 * @param code the stable reason
 * @param detail one sentence that names the thing, what was found and the way out
 * @param members figures for programs, such as {@code used}, {@code requested}, {@code allowed} in
 *     bytes
 */
public record Problem(
        ProblemCode code,
        String detail,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Object> members) {

    /** A copy of {@code members} is taken; none is an empty map. */
    @SuppressWarnings("NullAway") // absent in the JSON of a problem without figures
    public Problem {
        members = members == null ? Map.of() : Map.copyOf(members);
    }

    /** The same with one member more. */
    public Problem with(String name, Object value) {
        var more = new HashMap<>(members);
        more.put(name, value);
        return new Problem(code, detail, more);
    }

    /** A problem without figures. */
    public static Problem of(ProblemCode code, String detail) {
        return new Problem(code, detail, Map.of());
    }
}
