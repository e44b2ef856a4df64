package dev.cistern.worker.execution;

import dev.cistern.worker.execution.Lease.Term;
import java.util.Optional;

/**
 * Whether this worker may take work and finish what it has: its lease holds, and no pool's storage
 * hangs.
 */
public final class Standing {
    private final Lease lease;
    private final PoolProbes probes;

    /** The standing that these two make. */
    public Standing(Lease lease, PoolProbes probes) {
        this.lease = lease;
        this.probes = probes;
    }

    /** The term of the lease in which work may be taken now; empty when none may. */
    public Optional<Term> toTake() {
        return probes.hanging().isEmpty() ? lease.term() : Optional.empty();
    }

    /**
     * Asked before each step that cannot be taken back.
     *
     * @param taken the term in which the work was taken
     * @throws DroppedException if another may have taken the work over
     */
    void require(Term taken) {
        if (!lease.term().equals(Optional.of(taken))) {
            throw new DroppedException("the worker's lease ran out under way");
        }
        var hanging = probes.hanging();
        if (!hanging.isEmpty()) {
            throw new DroppedException("the storage of " + hanging.getFirst() + " hangs");
        }
    }
}
