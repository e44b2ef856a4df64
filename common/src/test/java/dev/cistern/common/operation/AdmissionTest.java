package dev.cistern.common.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.common.http.ProblemMappers;
import dev.cistern.common.operation.Admission.Limits;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.common.testing.Eventually;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private final TestService service = new TestService();

    @AfterEach
    void close() {
        service.close();
    }

    private Admission admission(long perTenant, long total) {
        return new Admission(
                service.database.jdbi(),
                new Ends(service.database.synchronizations()),
                new Limits(perTenant, total));
    }

    private void waiting(int count) {
        for (var thing : service.database.things(count)) {
            service.accept(Claim.exclusive(thing));
        }
    }

    @Test
    void aTenantWithTooMuchWaitingIsRefusedAndOthersAreNot() {
        waiting(3);
        var admission = admission(3, 100);

        assertThatThrownBy(() -> admission.require("default"))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refusal -> {
                            assertThat(refusal.problem().code())
                                    .isEqualTo(ProblemCode.TOO_MANY_REQUESTS);
                            assertThat(refusal.problem().detail())
                                    .startsWith(
                                            "3 operations of tenant 'default' are waiting or running, and 3 may; try again in ");
                            var answer = new ProblemMappers().refusal(refusal);
                            assertThat(answer.getStatus()).isEqualTo(429);
                            assertThat(Integer.parseInt(answer.getHeaderString("Retry-After")))
                                    .isBetween(1, 60);
                        });
        assertThatCode(() -> admission.require("another")).doesNotThrowAnyException();
        assertThatCode(() -> admission(4, 100).require("default")).doesNotThrowAnyException();
    }

    @Test
    void tooMuchOfAllTogetherIsRefusedToEveryone() {
        waiting(2);
        var admission = admission(100, 2);

        assertThatThrownBy(() -> admission.require("another"))
                .hasMessageStartingWith("2 operations are waiting or running, and 2 may");
    }

    @Test
    void whatHasEndedMakesRoom() throws Exception {
        var things = service.database.things(1);
        var operation = service.accept(Claim.exclusive(things.getFirst()));
        var admission = admission(1, 100);
        assertThatThrownBy(() -> admission.require("default")).isInstanceOf(ProblemException.class);

        service.database.transactions().run(() -> service.operations.cancel(operation));
        service.database
                .jdbi()
                .useHandle(handle -> handle.execute("update operation set finished_at = now()"));

        Eventually.that("there is room", () -> admits(admission));
    }

    private static boolean admits(Admission admission) {
        try {
            admission.require("default");
            return true;
        } catch (ProblemException _) {
            return false;
        }
    }
}
