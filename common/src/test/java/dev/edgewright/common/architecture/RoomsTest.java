package dev.edgewright.common.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;

/** Which room may use which, each rule with its reason. Other modules have a test of this shape for their own rooms. */
@AnalyzeClasses(packages = "dev.edgewright.common", importOptions = DoNotIncludeTests.class)
class RoomsTest {

    private static final String ROOT = "dev.edgewright.common.";
    private static final String MESSAGES = ROOT + "protocol.v1";

    @ArchTest
    static final ArchRule rooms_use_only_the_rooms_below_them = CompositeArchRule.of(room("error"))
            .and(room("id", "error"))
            .and(room("config", "error"))
            .and(room("statemachine", "error"))
            .and(room("update", "error", "statemachine", "protocol.v1"))
            .and(room("signing", "error", "id", "protocol.v1"))
            .and(room("artifact", "error", "id", "protocol.v1"))
            .and(room("telemetry", "error", "protocol.v1"))
            .and(room("protocol", "error", "id", "protocol.v1"))
            .and(room("trust", "error", "id", "signing", "protocol", "protocol.v1"))
            .because(
                    "a reader can stop at the room that a class stands in, and a change in one does not wander upwards");

    @ArchTest
    static final ArchRule common_is_the_ground_floor = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage("dev.edgewright..")
                    .and(DescribedPredicate.not(resideInAnyPackage("dev.edgewright.common.."))))
            .because("agent and controller both stand on common, so it can stand on neither");

    @ArchTest
    static final ArchRule no_transport_in_common = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.vertx..",
                    "org.eclipse.paho..",
                    "org.eclipse.californium..",
                    "io.micrometer..",
                    "io.prometheus..",
                    "java.sql..",
                    "ai.onnxruntime..")
            .because(
                    "the protocol is the same over MQTT, CoAP and HTTP, and an agent's small image pays for every library");

    @ArchTest
    static final ArchRule no_clock_and_no_environment = noClasses()
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethod(java.time.Instant.class, "now")
            .because("time and environment come in through constructors, so that tests decide what they are");

    @ArchTest
    static final ArchRule no_cycles = slices().matching(ROOT + "(**)")
            .should()
            .beFreeOfCycles()
            .because("two rooms that need each other are one room");

    @ArchTest
    static final ArchRule one_exception = classes()
            .that()
            .areAssignableTo(Throwable.class)
            .should()
            .haveSimpleName("EdgewrightException")
            .because("errors are told apart by their code, not by their class");

    @ArchTest
    static final ArchRule names_say_what_a_thing_is = noClasses()
            .that()
            .resideOutsideOfPackage(MESSAGES)
            .should()
            .haveSimpleNameEndingWith("Impl")
            .orShould()
            .haveSimpleNameEndingWith("Manager")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Utils")
            .orShould()
            .haveSimpleNameStartingWith("Abstract")
            .orShould()
            .haveSimpleNameStartingWith("Base")
            .because("such a name hides that its class has no job of its own");

    @ArchTest
    static final ArchRule old_files_are_not_used = noClasses()
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.io.File")
            .because("a Path tells why an operation failed, a java.io.File only that it did");

    private static ArchRule room(String name, String... mayUse) {
        DescribedPredicate<JavaClass> allowed =
                DescribedPredicate.not(resideInAnyPackage("dev.edgewright..")).or(resideInAnyPackage(ROOT + name));
        for (String below : mayUse) {
            allowed = allowed.or(resideInAnyPackage(ROOT + below));
        }
        return classes()
                .that()
                .resideInAPackage(ROOT + name)
                .should()
                .onlyDependOnClassesThat(allowed.as("reside in " + name + " or " + String.join(", ", mayUse)));
    }
}
