package dev.edgewright.simulator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which room may know which. */
@AnalyzeClasses(packages = "dev.edgewright.simulator", importOptions = ImportOption.DoNotIncludeTests.class)
class SimulatorRulesTest {

    private static final String SIMULATOR = "dev.edgewright.simulator";

    @ArchTest
    static final ArchRule NEITHER_AGENT_NOR_CONTROLLER = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.edgewright.agent..", "dev.edgewright.controller..", "dev.edgewright.compression..")
            .because("a rehearsal proves something only where both sides meet in the protocol alone");

    @ArchTest
    static final ArchRule DEVICES_KNOW_NO_NETWORK = noClasses()
            .that()
            .resideInAnyPackage(SIMULATOR + ".device", SIMULATOR + ".profile")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.hivemq..", "io.netty..", SIMULATOR + ".fleet", SIMULATOR)
            .because("a scenario of an hour must need neither an hour nor a broker");

    @ArchTest
    static final ArchRule TIME_COMES_IN = noClasses()
            .that()
            .resideInAPackage(SIMULATOR + ".device")
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(java.time.Instant.class, "now")
            .because("tests move the time");
}
