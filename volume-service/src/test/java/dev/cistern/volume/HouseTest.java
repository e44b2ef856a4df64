package dev.cistern.volume;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;
import dev.cistern.common.architecture.HouseRules;

/** The rules of the house, and who may know whom inside of the service. */
@AnalyzeClasses(
        packages = "dev.cistern.volume",
        importOptions = ImportOption.DoNotIncludeTests.class)
class HouseTest {
    @ArchTest static final ArchTests RULES = ArchTests.in(HouseRules.class);

    @ArchTest
    static final ArchRule LAYERS =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("model")
                    .definedBy("dev.cistern.volume")
                    .layer("work")
                    .definedBy("dev.cistern.volume.work")
                    .layer("xml")
                    .definedBy("dev.cistern.volume.xml")
                    .layer("rest")
                    .definedBy("dev.cistern.volume.rest")
                    .layer("messaging")
                    .definedBy("dev.cistern.volume.messaging")
                    .whereLayer("xml")
                    .mayOnlyBeAccessedByLayers("rest")
                    .whereLayer("rest")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("messaging")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("work")
                    .mayOnlyBeAccessedByLayers("rest", "messaging");
}
