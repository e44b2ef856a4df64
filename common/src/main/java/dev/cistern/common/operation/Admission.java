package dev.cistern.common.operation;

import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;

/**
 * Refuses requests of who has very many waiting already, before their queue becomes everybody's.
 * What waits is counted a few times a second, so as much as comes in between may go beyond a limit.
 * Thread-safe.
 */
public final class Admission {
    /** Details of a refusal: seconds after which to try again. */
    public static final String RETRY_AFTER = "retryAfterSeconds";

    private static final Duration COUNT_EVERY = Duration.ofMillis(250);
    private static final double TIDE_OVER = 0.1;
    private static final double LONGEST = 60;

    private final Jdbi jdbi;
    private final Limits limits;
    private final AtomicLong ended = new AtomicLong();
    private final ReentrantLock counting = new ReentrantLock();
    private volatile Count count =
            new Count(Map.of(), 0, System.nanoTime() - COUNT_EVERY.toNanos(), 0);

    /**
     * How many operations may wait or run at once.
     *
     * @param perTenant of one tenant
     * @param total of all together
     */
    public record Limits(long perTenant, long total) {}

    /**
     * What there was at a moment.
     *
     * @param perSecond operations that have ended lately, in this process
     */
    private record Count(Map<String, Long> byTenant, long ended, long at, double perSecond) {
        long total() {
            return byTenant.values().stream().mapToLong(Long::longValue).sum();
        }

        boolean isOld() {
            return System.nanoTime() - at >= COUNT_EVERY.toNanos();
        }
    }

    /** An admission to the operations in the schema of {@code jdbi}. */
    public Admission(Jdbi jdbi, Ends ends, Limits limits) {
        this.jdbi = jdbi;
        this.limits = limits;
        ends.listen(_ -> ended.incrementAndGet());
    }

    /**
     * Asked before a request is accepted, outside of any transaction.
     *
     * @throws ProblemException with {@link ProblemCode#TOO_MANY_REQUESTS} and {@link #RETRY_AFTER}
     */
    public void require(String tenant) {
        if (count.isOld() && counting.tryLock()) {
            try {
                count = anew();
            } finally {
                counting.unlock();
            }
        }
        var now = count;
        refuseBeyond(
                limits.perTenant(),
                now.byTenant().getOrDefault(tenant, 0L),
                "of tenant '" + tenant + "' ",
                now);
        refuseBeyond(limits.total(), now.total(), "", now);
    }

    private Count anew() {
        var before = count;
        var byTenant =
                jdbi.withHandle(
                        handle ->
                                handle
                                        .createQuery(
                                                "select tenant, count(*) as count from operation"
                                                        + " where finished_at is null group by tenant")
                                        .map(
                                                (row, _) ->
                                                        Map.entry(
                                                                row.getString("tenant"),
                                                                row.getLong("count")))
                                        .stream()
                                        .collect(
                                                Collectors.toMap(
                                                        Map.Entry::getKey, Map.Entry::getValue)));
        var at = System.nanoTime();
        var done = ended.get();
        var seconds = Duration.ofNanos(at - before.at()).toMillis() / 1000.0;
        return new Count(byTenant, done, at, (done - before.ended()) / seconds);
    }

    private static void refuseBeyond(long limit, long waiting, String whose, Count now) {
        if (waiting < limit) {
            return;
        }
        var retryAfter = retryAfter(waiting - limit + limit * TIDE_OVER, now.perSecond());
        throw new ProblemException(
                new Problem(
                        ProblemCode.TOO_MANY_REQUESTS,
                        "%d operations %sare waiting or running, and %d may; try again in %d s"
                                .formatted(waiting, whose, limit, retryAfter),
                        Map.of("waiting", waiting, "allowed", limit, RETRY_AFTER, retryAfter)));
    }

    /** So long that a tenth of the queue, and what is beyond the limit, will have ended. */
    private static long retryAfter(double excess, double perSecond) {
        return Math.round(Math.clamp(excess / Math.max(perSecond, 1), 1, LONGEST));
    }
}
