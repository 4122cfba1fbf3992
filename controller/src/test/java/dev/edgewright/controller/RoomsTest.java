package dev.edgewright.controller;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;

/** Which room of the controller may know which. */
@AnalyzeClasses(packages = "dev.edgewright.controller", importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
    private static final String ROOT = "dev.edgewright.controller.";
    private static final String[] DOMAIN = {
        ROOT + "fleet..",
        ROOT + "catalog..",
        ROOT + "selection..",
        ROOT + "jobs..",
        ROOT + "rollout..",
        ROOT + "trial..",
        ROOT + "deployment..",
        ROOT + "telemetry..",
        ROOT + "transfer.."
    };

    @ArchTest
    static final ArchRule domain_knows_no_transport = noClasses()
            .that()
            .resideInAnyPackage(DOMAIN)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.vertx..",
                    "org.eclipse.paho..",
                    "org.eclipse.californium..",
                    "com.hivemq..",
                    "io.micrometer..",
                    "io.prometheus..",
                    "org.jdbi..",
                    "java.sql..")
            .because("domain rooms declare the small interface that they need, and an adapter implements it");

    @ArchTest
    static final ArchRule domain_knows_no_adapter = noClasses()
            .that()
            .resideInAnyPackage(DOMAIN)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    ROOT + "http..",
                    ROOT + "mqtt..",
                    ROOT + "broker..",
                    ROOT + "coap..",
                    ROOT + "metrics..",
                    ROOT + "storage..",
                    ROOT + "edge..")
            .because("arrows go from adapters to the domain, never back");

    @ArchTest
    static void adapters_never_meet(JavaClasses classes) {
        var adapters = List.of("http", "mqtt", "broker", "coap", "metrics", "storage");
        for (var adapter : adapters) {
            var others = adapters.stream()
                    .filter(other -> !other.equals(adapter))
                    .map(other -> ROOT + other + "..")
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + adapter + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(others)
                    .because("only ControllerMain sees everything")
                    .check(classes);
        }
    }

    @ArchTest
    static final ArchRule the_edge_knows_no_transport = noClasses()
            .that()
            .resideInAPackage(ROOT + "edge..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vertx..", "org.eclipse.paho..", "org.eclipse.californium..")
            .because("the same messages come over MQTT and CoAP, and are handled in one place");

    @ArchTest
    static final ArchRule time_and_environment_come_in = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(ControllerMain.class.getName())
            .and()
            .resideOutsideOfPackage(ROOT + "storage..") // the job table is shared, and goes by the machines' clocks
            .should()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(System.class, "getenv")
            .because("time and environment come in through constructors; only Main asks for them");
}
