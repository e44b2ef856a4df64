package dev.cistern.common.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.common.operation.BulkLimits.Candidate;
import dev.cistern.common.operation.Fleet.Road;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BulkLimitsTest {
    private static final UUID POOL = new UUID(1, 1);
    private static final UUID OTHER_POOL = new UUID(1, 2);

    private static List<Candidate> candidates(int count, UUID pool, String tenant) {
        return IntStream.range(0, count)
                .mapToObj(_ -> new Candidate(UUID.randomUUID(), pool, tenant))
                .toList();
    }

    private static List<Candidate> inOrder(List<Candidate> first, List<Candidate> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    private static List<UUID> ids(List<Candidate> candidates) {
        return candidates.stream().map(Candidate::id).toList();
    }

    @Test
    void withoutLimitsTheOldestOfATenantGo() {
        var ready = candidates(5, POOL, "a");

        assertThat(BulkLimits.NONE.choose(ready, List.of(), 3)).isEqualTo(ids(ready.subList(0, 3)));
        assertThat(BulkLimits.NONE.choose(ready, List.of(), 9)).isEqualTo(ids(ready));
    }

    @Test
    void tenantsTakeTurns() {
        var many = candidates(10, POOL, "a");
        var few = candidates(2, POOL, "b");

        assertThat(BulkLimits.NONE.choose(inOrder(many, few), List.of(), 4))
                .containsExactly(
                        many.get(0).id(), few.get(0).id(), many.get(1).id(), few.get(1).id());
    }

    @Test
    void whoHasMostOutComesLast() {
        var out = candidates(3, POOL, "a");
        var many = candidates(3, POOL, "a");
        var few = candidates(3, POOL, "b");

        assertThat(BulkLimits.NONE.choose(inOrder(many, few), out, 3)).isEqualTo(ids(few));
    }

    @Test
    void whatIsOutCountsAgainstTheLimits() {
        var limits = new BulkLimits(3, 2);
        var out = candidates(1, POOL, "a");
        var mine = candidates(3, POOL, "a");
        var theirs = candidates(3, POOL, "b");

        assertThat(limits.choose(inOrder(mine, theirs), out, 9))
                .containsExactlyInAnyOrder(theirs.get(0).id(), mine.get(0).id());
    }

    @Test
    void whatWaitsForItsPoolHoldsUpNoOther() {
        var limits = new BulkLimits(2, 9);
        var out = candidates(2, POOL, "a");
        var waiting = candidates(3, POOL, "a");
        var free = candidates(1, OTHER_POOL, "a");

        assertThat(limits.choose(inOrder(waiting, free), out, 9)).isEqualTo(ids(free));
    }

    @Test
    void lessThanOneIsNoLimit() {
        assertThatThrownBy(() -> new BulkLimits(0, 1)).hasMessageContaining("per-pool is 0");
        assertThatThrownBy(() -> new BulkLimits(1, 0)).hasMessageContaining("per-tenant 0");
    }

    @Test
    void theLaneKeepsToThemAndGoesOnAsOperationsEnd() {
        try (var service = new TestService(new BulkLimits(2, 9))) {
            service.resize(new Road(TestService.GROUP, dev.cistern.common.message.Lane.BULK), 10);
            var first = service.acceptBulk("a", POOL);
            var second = service.acceptBulk("a", POOL);
            var third = service.acceptBulk("a", POOL);
            var elsewhere = service.acceptBulk("b", OTHER_POOL);

            assertThat(service.out(first)).isTrue();
            assertThat(service.out(second)).isTrue();
            assertThat(service.out(third)).isFalse();
            assertThat(service.out(elsewhere)).isTrue();
            service.succeed(first);
            assertThat(service.out(third)).isTrue();
        }
    }
}
