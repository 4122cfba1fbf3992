package dev.edgewright.controller;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which of the controller's rooms may know what, each rule with its reason. */
@AnalyzeClasses(packages = "dev.edgewright.controller", importOptions = ImportOption.DoNotIncludeTests.class)
class DomainRoomsTest {

    private static final String[] DOMAIN = {
        "..controller.fleet..",
        "..controller.catalog..",
        "..controller.selection..",
        "..controller.jobs..",
        "..controller.rollout..",
        "..controller.trial..",
        "..controller.deployment..",
        "..controller.telemetry..",
        "..controller.transfer.."
    };

    @ArchTest
    static final ArchRule DOMAIN_KNOWS_NO_TRANSPORT = noClasses()
            .that()
            .resideInAnyPackage(DOMAIN)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.vertx..",
                    "io.netty..",
                    "org.eclipse.paho..",
                    "org.eclipse.californium..",
                    "com.hivemq..",
                    "io.micrometer..",
                    "io.prometheus..",
                    "java.sql..",
                    "javax.sql..",
                    "org.jdbi..",
                    "com.github.kagkarlsson..")
            .because("what a rollout decides must be testable, and movable, without a broker, a server or a database");

    @ArchTest
    static final ArchRule DOMAIN_KNOWS_NO_ADAPTER = noClasses()
            .that()
            .resideInAnyPackage(DOMAIN)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "..controller.storage..",
                    "..controller.http..",
                    "..controller.mqtt..",
                    "..controller.coap..",
                    "..controller.broker..",
                    "..controller.edge..",
                    "..controller.metrics..")
            .because("a room declares the small interface that it needs, and an adapter implements it");

    @ArchTest
    static final ArchRule STORAGE_KNOWS_NO_OTHER_ADAPTER = noClasses()
            .that()
            .resideInAPackage("..controller.storage..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..controller.http..", "..controller.mqtt..", "..controller.coap..", "io.vertx..")
            .because("adapters never meet; only the main class sees them all");

    @ArchTest
    static final ArchRule FLEET_IS_THE_GROUND_FLOOR = noClasses()
            .that()
            .resideInAPackage("..controller.fleet..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "..controller.catalog..",
                    "..controller.selection..",
                    "..controller.rollout..",
                    "..controller.jobs..",
                    "..controller.telemetry..")
            .because("every other room looks at devices, so devices look at none");

    @ArchTest
    static final ArchRule TRANSFER_STANDS_ALONE = noClasses()
            .that()
            .resideInAPackage("..controller.transfer..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..controller.catalog..", "..controller.rollout..", "..controller.fleet..")
            .because("chunks are chunks: what they are part of must not change how they are sent");

    @ArchTest
    static final ArchRule SELECTION_IS_BELOW_ROLLOUT = noClasses()
            .that()
            .resideInAnyPackage("..controller.selection..", "..controller.catalog..", "..controller.telemetry..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..controller.rollout..")
            .because("arrows run one way: a rollout asks what suits, and what suits does not depend on who asks");

    @ArchTest
    static final ArchRule TRIALS_ARE_BELOW_ROLLOUT = noClasses()
            .that()
            .resideInAPackage("..controller.trial..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..controller.rollout..", "..controller.deployment..")
            .because("what is measured must not depend on what is done with it");

    @ArchTest
    static final ArchRule NOTHING_KNOWS_DEPLOYMENTS = noClasses()
            .that()
            .resideInAnyPackage(
                    "..controller.fleet..",
                    "..controller.catalog..",
                    "..controller.selection..",
                    "..controller.rollout..",
                    "..controller.telemetry..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..controller.deployment..")
            .because("a deployment is a wish put together from the rooms below; none of them needs one to work");

    @ArchTest
    static final ArchRule TIME_COMES_IN = noClasses()
            .that()
            .resideInAnyPackage(DOMAIN)
            .should()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .because("a test must be able to move the clock and set the scene");

    @ArchTest
    static final ArchRule DECISIONS_ARE_PURE = classes()
            .that()
            .haveSimpleName("RolloutDecider")
            .should()
            .onlyAccessClassesThat()
            .resideInAnyPackage("java..", "..controller.rollout..")
            .because("the decision function is walked exhaustively, which only a pure one can be");
}
