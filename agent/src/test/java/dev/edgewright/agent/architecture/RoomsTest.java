package dev.edgewright.agent.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.util.Arrays;
import java.util.stream.Stream;

/** Which of the agent's rooms may use which, each rule with its reason. */
@AnalyzeClasses(packages = "dev.edgewright.agent", importOptions = DoNotIncludeTests.class)
class RoomsTest {
    private static final String ROOT = "dev.edgewright.agent.";

    @ArchTest
    static final ArchRule rooms_use_only_the_rooms_below_them = CompositeArchRule.of(room("inference"))
            .and(room("device", "inference"))
            .and(room("power", "device"))
            .and(room("slot"))
            .and(room("health"))
            .and(room("link"))
            .and(room("update", "slot", "health", "link"))
            .and(room("trial", "update", "slot", "inference", "link", "power", "device"))
            .and(room("serve", "inference"))
            .and(room("telemetry", "inference", "device", "power", "serve"))
            .because("a reader can stop at the room that a class stands in; only the main class sees every room");

    @ArchTest
    static final ArchRule no_circles =
            slices().matching(ROOT + "(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule the_agent_knows_neither_controller_nor_compression = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.edgewright.controller..",
                    "dev.edgewright.compression..",
                    "dev.edgewright.training..",
                    "dev.edgewright.simulator..",
                    "dev.edgewright.cli..")
            .because("agent and controller meet in the protocol only, so that either may be replaced");

    @ArchTest
    static final ArchRule netty_stays_in_serve = only("serve", "io.netty..");

    @ArchTest
    static final ArchRule paho_stays_in_mqtt = only("link.mqtt", "org.eclipse.paho..");

    @ArchTest
    static final ArchRule californium_stays_in_coap = only("link.coap", "org.eclipse.californium..");

    @ArchTest
    static final ArchRule prometheus_stays_in_telemetry = only("telemetry", "io.prometheus..");

    @ArchTest
    static final ArchRule onnx_runtime_stays_in_inference_and_the_probes = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + "inference..", ROOT + "device..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.onnxruntime..")
            .because("another runtime is to be another room, not a change in all of them");

    @ArchTest
    static final ArchRule no_wall_clock_and_no_environment = noClasses()
            .that()
            .resideInAPackage(ROOT + "*..")
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethod(java.time.Instant.class, "now")
            .because("time and environment come in through constructors, so that tests decide what they are");

    private static ArchRule only(String room, String... libraries) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + room + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(libraries)
                .because("a library is one room's business");
    }

    private static ArchRule room(String name, String... below) {
        String[] allowed = Stream.concat(Stream.of(name), Arrays.stream(below))
                .map(room -> ROOT + room + "..")
                .toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage(ROOT + name + "..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.edgewright.agent..")
                        .and(DescribedPredicate.not(resideInAnyPackage(allowed))));
    }
}
