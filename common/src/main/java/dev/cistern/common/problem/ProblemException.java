package dev.cistern.common.problem;

import java.util.Map;

/**
 * A refusal on its way to the caller: it rolls the transaction back and becomes an RFC 9457 answer.
 */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    /** Refuses with this problem. */
    public ProblemException(Problem problem) {
        super(problem.detail());
        this.problem = problem;
    }

    /** Refuses with a code and one sentence. */
    public ProblemException(ProblemCode code, String detail) {
        this(Problem.of(code, detail));
    }

    /** Refuses with a code, one sentence and figures. */
    public ProblemException(ProblemCode code, String detail, Map<String, Object> members) {
        this(new Problem(code, detail, members));
    }

    /** What to tell the caller. */
    public Problem problem() {
        return problem;
    }
}
