package dev.cistern.common.operation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How many operations that move bytes may be out at once, beside the slots of the workers.
 *
 * @param perPool of one pool
 * @param perTenant of one tenant, in each worker group
 */
public record BulkLimits(int perPool, int perTenant) {
    /** As many as there are slots for. */
    public static final BulkLimits NONE = new BulkLimits(Integer.MAX_VALUE, Integer.MAX_VALUE);

    /** Checks. */
    public BulkLimits {
        if (perPool < 1 || perTenant < 1) {
            throw new IllegalArgumentException(
                    "cistern.operations.bulk.per-pool is %d and cistern.operations.bulk.per-tenant %d: with less than 1 nothing would ever go"
                            .formatted(perPool, perTenant));
        }
    }

    /** An operation of the lane, ready to go or out. */
    record Candidate(UUID id, UUID pool, String tenant) {}

    /**
     * Chooses who goes: always the tenant's oldest that may, of the tenant that has least out; what
     * has to wait for its pool holds up no other.
     *
     * @param ready oldest first
     */
    List<UUID> choose(List<Candidate> ready, Collection<Candidate> out, long room) {
        var pools = new HashMap<UUID, Integer>();
        var tenants = new HashMap<String, Integer>();
        out.forEach(candidate -> count(candidate, pools, tenants));
        var queues = queues(ready);
        var going = new ArrayList<UUID>();
        while (going.size() < room) {
            var next = next(queues, pools, tenants);
            if (next == null) {
                break;
            }
            count(next, pools, tenants);
            going.add(next.id());
        }
        return going;
    }

    private static void count(
            Candidate candidate, Map<UUID, Integer> pools, Map<String, Integer> tenants) {
        pools.merge(candidate.pool(), 1, Integer::sum);
        tenants.merge(candidate.tenant(), 1, Integer::sum);
    }

    private static Map<String, Deque<Candidate>> queues(List<Candidate> ready) {
        var queues = new LinkedHashMap<String, Deque<Candidate>>();
        for (var candidate : ready) {
            queues.computeIfAbsent(candidate.tenant(), _ -> new ArrayDeque<>()).add(candidate);
        }
        return queues;
    }

    /** What cannot go is taken out of its queue: within one choice, pools only fill up. */
    private @Nullable Candidate next(
            Map<String, Deque<Candidate>> queues,
            Map<UUID, Integer> pools,
            Map<String, Integer> tenants) {
        String best = null;
        for (var tenant : queues.entrySet()) {
            var queue = tenant.getValue();
            while (!queue.isEmpty() && count(pools, queue.peek().pool()) >= perPool) {
                queue.remove();
            }
            var out = count(tenants, tenant.getKey());
            if (!queue.isEmpty()
                    && out < perTenant
                    && (best == null || out < count(tenants, best))) {
                best = tenant.getKey();
            }
        }
        return best == null ? null : queues.getOrDefault(best, new ArrayDeque<>()).poll();
    }

    private static <K> int count(Map<K, Integer> counts, K key) {
        return counts.getOrDefault(key, 0);
    }
}
