package dev.edgewright.training;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class RoomsTest {

    private static final String ROOT = "dev.edgewright.training.";

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.edgewright.training");

    @Test
    void everyRoomStandsAboveAllThatItUses() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("dev.edgewright.training..")
                .layer("tensor")
                .definedBy(ROOT + "tensor..")
                .layer("op")
                .definedBy(ROOT + "op..")
                .layer("data")
                .definedBy(ROOT + "data..")
                .layer("loss")
                .definedBy(ROOT + "loss..")
                .layer("optimizer")
                .definedBy(ROOT + "optimizer..")
                .layer("trainer")
                .definedBy(ROOT + "trainer..")
                .layer("architecture")
                .definedBy(ROOT + "architecture..")
                .layer("prune")
                .definedBy(ROOT + "prune..")
                .layer("distill")
                .definedBy(ROOT + "distill..")
                .layer("qat")
                .definedBy(ROOT + "qat..")
                .layer("child")
                .definedBy(ROOT + "child..")
                .whereLayer("child")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("qat")
                .mayOnlyBeAccessedByLayers("child")
                .whereLayer("distill")
                .mayOnlyBeAccessedByLayers("child")
                .whereLayer("prune")
                .mayOnlyBeAccessedByLayers("distill", "child")
                .whereLayer("architecture")
                .mayOnlyBeAccessedByLayers("child")
                .whereLayer("trainer")
                .mayOnlyBeAccessedByLayers("prune", "distill", "qat", "child")
                .whereLayer("op")
                .mayOnlyBeAccessedByLayers("trainer", "distill", "qat", "child")
                .because("a room that looks up or sideways can no longer be read alone")
                .check(classes);
    }

    @Test
    void onlyTheTensorRoomKnowsTheEngine() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "tensor..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ai.djl..")
                .because("another engine must be able to take its place behind TensorBackend")
                .check(classes);
    }

    @Test
    void trainingKnowsNoFleet() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.edgewright.common..",
                        "dev.edgewright.controller..",
                        "dev.edgewright.agent..",
                        "io.vertx..")
                .because("training is a library: anyone can use it without the rest")
                .check(classes);
    }
}
