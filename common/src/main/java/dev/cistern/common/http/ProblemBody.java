package dev.cistern.common.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.cistern.common.problem.Problem;
import java.util.LinkedHashMap;
import java.util.Map;

/** A problem as RFC 9457 writes it. */
public final class ProblemBody {
    /** Media type of the body. */
    public static final String MEDIA_TYPE = "application/problem+json";

    private ProblemBody() {}

    /** The members of the body, in the order in which they are best read. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public static Map<String, Object> of(Problem problem) {
        var body = new LinkedHashMap<String, Object>();
        body.put("type", "about:blank");
        body.put("code", problem.code().code());
        body.put("title", problem.code().title());
        body.put("status", problem.code().status());
        body.put("detail", problem.detail());
        problem.members().forEach(body::putIfAbsent);
        return body;
    }
}
