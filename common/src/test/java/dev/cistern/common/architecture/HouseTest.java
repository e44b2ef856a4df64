package dev.cistern.common.architecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;

@AnalyzeClasses(packages = "dev.cistern", importOptions = HouseTest.WithoutViolations.class)
class HouseTest {
    @ArchTest static final ArchTests RULES = ArchTests.in(HouseRules.class);

    /** All but the classes that are there to break the rules. */
    static final class WithoutViolations implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/violations/");
        }
    }
}
