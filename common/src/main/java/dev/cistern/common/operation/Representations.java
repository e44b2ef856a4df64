package dev.cistern.common.operation;

import java.util.List;

/** What the API shows of a service's resources. */
@FunctionalInterface
public interface Representations {
    /**
     * All that a GET of a resource may answer with now, one for each media type; read in the
     * current transaction.
     *
     * @param resource name or id, as in a path
     * @throws dev.cistern.common.problem.ProblemException if there is none
     */
    List<Object> of(String resource);
}
