package dev.cistern.common.architecture;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import dev.cistern.common.architecture.violations.OwnProducer;
import dev.cistern.common.architecture.violations.util.Things;
import org.junit.jupiter.api.Test;

/** The rules can fail. */
class HouseRulesTest {
    private static void breaks(ArchRule rule, Class<?> culprit) {
        var classes = new ClassFileImporter().importClasses(culprit);

        assertThatThrownBy(() -> rule.check(classes))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(culprit.getSimpleName());
    }

    @Test
    void aProducerOfOnesOwnIsFound() {
        breaks(HouseRules.ONLY_OUTBOX_AND_RESULTS_MAKE_PRODUCERS, OwnProducer.class);
    }

    @Test
    void aPackageNamedUtilIsFound() {
        breaks(HouseRules.NO_PACKAGE_IS_NAMED_UTIL, Things.class);
    }

    @Test
    void anInjectedFieldIsFound() {
        breaks(HouseRules.NO_FIELD_IS_INJECTED, Things.class);
    }
}
