package dev.cistern.worker;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;
import dev.cistern.common.architecture.HouseRules;

/** The rules of the house, and who may know whom inside of the worker and of the engine. */
@AnalyzeClasses(
        packages = {"dev.cistern.worker", "dev.cistern.image"},
        importOptions = ImportOption.DoNotIncludeTests.class)
class HouseTest {
    @ArchTest static final ArchTests RULES = ArchTests.in(HouseRules.class);

    @ArchTest
    static final ArchRule LAYERS =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("worker")
                    .definedBy("dev.cistern.worker")
                    .layer("command")
                    .definedBy("dev.cistern.worker.command..")
                    .layer("messaging")
                    .definedBy("dev.cistern.worker.messaging..")
                    .layer("folder")
                    .definedBy("dev.cistern.worker.folder..")
                    .layer("execution")
                    .definedBy("dev.cistern.worker.execution..")
                    .whereLayer("worker")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("command")
                    .mayOnlyBeAccessedByLayers("worker")
                    .whereLayer("messaging")
                    .mayOnlyBeAccessedByLayers("worker")
                    .whereLayer("folder")
                    .mayOnlyBeAccessedByLayers("worker", "command")
                    .whereLayer("execution")
                    .mayOnlyBeAccessedByLayers("worker", "command", "messaging", "folder");

    @ArchTest
    static final ArchRule ENGINE =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("formats")
                    .definedBy(
                            "dev.cistern.image.raw..",
                            "dev.cistern.image.qcow2",
                            "dev.cistern.image.vmdk..")
                    .layer("structures")
                    .definedBy("dev.cistern.image.qcow2.format")
                    .layer("locks")
                    .definedBy("dev.cistern.image.lock")
                    .layer("storage")
                    .definedBy("dev.cistern.image.storage")
                    .whereLayer("formats")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("structures")
                    .mayOnlyBeAccessedByLayers("formats")
                    .whereLayer("locks")
                    .mayOnlyBeAccessedByLayers("formats");

    @ArchTest
    static final ArchRule FORMATS_DO_NOT_KNOW_EACH_OTHER =
            slices().matching("dev.cistern.image.(raw|qcow2|vmdk)..")
                    .should()
                    .notDependOnEachOther();
}
