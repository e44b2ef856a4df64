package dev.cistern.volume.work;

import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemException;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Requests that are taken in as always, in a transaction that is then undone. */
final class Rehearsal {
    private static final ScopedValue<Boolean> UNDER_WAY = ScopedValue.newInstance();

    private Rehearsal() {}

    /**
     * What would have come of a request: a refusal, or an operation, or neither if it is done at
     * once.
     */
    record Outcome(@Nullable Problem refusal, @Nullable Operation operation) {}

    /** Undoes the transaction when all in it has gone well. */
    private static final class Undone extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient @Nullable Operation operation;

        Undone(@Nullable Operation operation) {
            super(null, null, false, false);
            this.operation = operation;
        }
    }

    /** Finds out what would come of a request. */
    static Outcome of(Supplier<?> request) {
        try {
            var _ = ScopedValue.where(UNDER_WAY, true).call(request::get);
            throw new IllegalStateException("what was to be undone was done");
        } catch (Undone undone) {
            return new Outcome(null, undone.operation);
        } catch (ProblemException refused) {
            return new Outcome(refused.problem(), null);
        }
    }

    /** Asked with what a transaction has come to, before it is committed. */
    static <T> T ended(T result) {
        if (UNDER_WAY.isBound()) {
            throw new Undone(operation(result));
        }
        return result;
    }

    private static @Nullable Operation operation(Object result) {
        var inside = result instanceof Optional<?> optional ? optional.orElse(null) : result;
        return inside instanceof Operation operation ? operation : null;
    }
}
