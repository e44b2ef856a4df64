package dev.cistern.worker;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom inside of the worker. */
@AnalyzeClasses(
        packages = "dev.cistern.worker",
        importOptions = ImportOption.DoNotIncludeTests.class)
class LayersTest {
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
}
