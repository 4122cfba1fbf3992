package dev.edgewright.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which room may know which. */
@AnalyzeClasses(packages = "dev.edgewright.agent", importOptions = ImportOption.DoNotIncludeTests.class)
class AgentRulesTest {

    private static final String AGENT = "dev.edgewright.agent";
    private static final String[] TRANSPORTS = {
        "org.eclipse.paho..",
        "org.eclipse.californium..",
        "io.micrometer..",
        "io.prometheus..",
        "io.vertx..",
        "io.netty.."
    };

    @ArchTest
    static final ArchRule DOMAIN_KNOWS_NO_TRANSPORT = noClasses()
            .that()
            .resideInAnyPackage(AGENT + ".update", AGENT + ".slot", AGENT + ".health", AGENT + ".link")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(TRANSPORTS)
            .because("an update must work the same over any link, and its tests must need none");

    @ArchTest
    static final ArchRule DOMAIN_KNOWS_NO_RUNTIME = noClasses()
            .that()
            .resideInAnyPackage(AGENT + ".update", AGENT + ".slot", AGENT + ".health", AGENT + ".link..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "ai.onnxruntime..", AGENT + ".inference", AGENT + ".serve", AGENT + ".telemetry", AGENT + ".power")
            .because("what runs models is behind update.Runtime");

    @ArchTest
    static final ArchRule UPDATE_CHOOSES_NO_LINK = noClasses()
            .that()
            .resideInAPackage(AGENT + ".update")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(AGENT + ".link.mqtt", AGENT + ".link.coap")
            .because("the main chooses the link, by the broker's scheme");

    @ArchTest
    static final ArchRule LINKS_NEVER_MEET = noClasses()
            .that()
            .resideInAPackage(AGENT + ".link.mqtt")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(AGENT + ".link.coap")
            .orShould()
            .dependOnClassesThat()
            .resideInAPackage("org.eclipse.californium..")
            .because("adapters never import each other");

    @ArchTest
    static final ArchRule NOR_THE_OTHER_WAY_ROUND = noClasses()
            .that()
            .resideInAPackage(AGENT + ".link.coap")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(AGENT + ".link.mqtt", "org.eclipse.paho..")
            .because("adapters never import each other");

    @ArchTest
    static final ArchRule NOBODY_LOOKS_UP_TO_THE_MAIN = noClasses()
            .that()
            .resideOutsideOfPackage(AGENT)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(AGENT)
            .because("only the main sees every room, and no room sees the main");

    @ArchTest
    static final ArchRule SLOTS_AND_HEALTH_STAND_ALONE = classes()
            .that()
            .resideInAnyPackage(AGENT + ".slot", AGENT + ".health")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    AGENT + ".slot",
                    AGENT + ".health",
                    "dev.edgewright.common..",
                    "com.google.protobuf..",
                    "java..",
                    "org.slf4j..")
            .because("the lower a room, the less it knows");

    @ArchTest
    static final ArchRule TIME_COMES_IN_THROUGH_CONSTRUCTORS = noClasses()
            .that()
            .resideInAnyPackage(AGENT + ".update", AGENT + ".slot", AGENT + ".health")
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "getenv")
            .because("a test that lets an hour pass must not take one");
}
