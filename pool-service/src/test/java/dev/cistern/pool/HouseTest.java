package dev.cistern.pool;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;
import dev.cistern.common.architecture.HouseRules;

/** The rules of the house, and who may know whom inside of the service. */
@AnalyzeClasses(packages = "dev.cistern.pool", importOptions = ImportOption.DoNotIncludeTests.class)
class HouseTest {
    @ArchTest static final ArchTests RULES = ArchTests.in(HouseRules.class);

    @ArchTest
    static final ArchRule LAYERS =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("model")
                    .definedBy("dev.cistern.pool")
                    .layer("work")
                    .definedBy("dev.cistern.pool.work")
                    .layer("rest")
                    .definedBy("dev.cistern.pool.rest")
                    .layer("messaging")
                    .definedBy("dev.cistern.pool.messaging")
                    .whereLayer("rest")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("messaging")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("work")
                    .mayOnlyBeAccessedByLayers("rest", "messaging");
}
