package dev.edgewright.compression;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
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

/**
 * Which room of the library may use which, from the ground up: graph → graph.onnx → runtime, data.format → data → pass, calibration → cleanup,
 * quantize → evaluation, prune → lowrank → recipe → search → the root room → report.
 */
@AnalyzeClasses(packages = "dev.edgewright.compression", importOptions = DoNotIncludeTests.class)
class RoomsTest {

    private static final String ROOT = "dev.edgewright.compression";
    private static final String PROTO = "onnx.proto";

    /** The root room's vocabulary, which every room may use; generated messages count as a room of their own. */
    private static final DescribedPredicate<JavaClass> VOCABULARY =
            belongToAnyOf(CompressionException.class, Progress.class);

    @ArchTest
    static final ArchRule rooms_use_only_the_rooms_below_them = CompositeArchRule.of(room("graph", PROTO))
            .and(room("graph.onnx", "graph", PROTO))
            .and(room("runtime", "graph", "graph.onnx"))
            .and(room("data.format", "graph"))
            .and(room("data", "graph", "data.format"))
            .and(room("pass", "graph", "runtime", "data"))
            .and(room("calibration", "graph", "runtime", "data"))
            .and(room("cleanup", "graph", "runtime", "pass"))
            .and(room("quantize", "graph", "runtime", "pass", "calibration"))
            .and(room("evaluation", "graph", "runtime", "data", "quantize"))
            .and(room("prune", "graph", "runtime", "data", "pass", "calibration", "quantize"))
            .and(room("lowrank", "graph", "runtime", "data", "pass", "calibration", "quantize", "prune"))
            .and(room(
                    "recipe",
                    "graph",
                    "runtime",
                    "data",
                    "pass",
                    "calibration",
                    "cleanup",
                    "quantize",
                    "prune",
                    "lowrank"))
            .and(room("search", "graph", "runtime", "data", "pass", "calibration", "quantize", "recipe"))
            .because(
                    "a reader can stop at the room that a class stands in, and a change in one does not wander upwards");

    @ArchTest
    static final ArchRule only_the_report_stands_above_the_root_room = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT, ROOT + ".report")
            .should()
            .dependOnClassesThat(resideInAnyPackage(ROOT, ROOT + ".report").and(DescribedPredicate.not(VOCABULARY)))
            .because("the front door calls the rooms, and a room that calls back could not be used without it");

    @ArchTest
    static final ArchRule the_root_room_needs_no_report = noClasses()
            .that()
            .resideInAPackage(ROOT)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT + ".report")
            .because("results are data; who wants pages from them asks the report");

    @ArchTest
    static final ArchRule no_cycles_between_rooms = slices().matching(ROOT + ".(**)")
            .should()
            .beFreeOfCycles()
            .because("two rooms that need each other are one room");

    @ArchTest
    static final ArchRule the_library_stands_alone = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("dev.edgewright..")
                    .and(DescribedPredicate.not(resideInAPackage("dev.edgewright.compression.."))))
            .because("anyone can compress a model with it, without a fleet");

    @ArchTest
    static final ArchRule no_transport_and_no_store = noClasses()
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
                    "org.jdbi..",
                    "java.sql..",
                    "java.net.http..")
            .because("a model comes from a file and variants go to files; who moves them is another's job");

    @ArchTest
    static final ArchRule only_runtime_knows_onnx_runtime = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".runtime")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.onnxruntime..")
            .because(
                    "its sessions hold native memory, which one room closes, and its messages become codes in one place");

    @ArchTest
    static final ArchRule only_graph_knows_the_file_format = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + ".graph..", ROOT + "." + PROTO)
            .and()
            .doNotHaveFullyQualifiedName(
                    ROOT + ".Inspection") // counts the functions of a model, which a graph does not show
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ROOT + "." + PROTO, "com.google.protobuf..")
            .because(
                    "passes change an immutable graph; messages and their builders would let them change each other's");

    @ArchTest
    static final ArchRule only_data_knows_tokenizers = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".data..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl..")
            .because("they are native code that only text needs");

    @ArchTest
    static final ArchRule no_wall_clock_and_no_environment = noClasses()
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .callConstructor(java.util.Random.class)
            .because("the same model, data and recipe give the same file, today and tomorrow");

    @ArchTest
    static final ArchRule only_measurements_and_budgets_look_at_the_timer = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(ROOT + ".Search")
            .and()
            .resideOutsideOfPackage(ROOT + ".runtime")
            .should()
            .callMethod(System.class, "nanoTime")
            .because("what is not a latency or a search's budget must not depend on how fast the machine is");

    @ArchTest
    static final ArchRule one_exception = classes()
            .that()
            .areAssignableTo(Throwable.class)
            .should()
            .haveSimpleName("CompressionException")
            .because("errors are told apart by their code, not by their class");

    @ArchTest
    static final ArchRule names_say_what_a_thing_is = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "." + PROTO)
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
            .that()
            .doNotHaveFullyQualifiedName(ROOT + ".runtime.ModelSession") // a Path cannot be deleted on exit
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.io.File")
            .because("a Path tells why an operation failed, a java.io.File only that it did");

    private static ArchRule room(String name, String... mayUse) {
        DescribedPredicate<JavaClass> allowed = DescribedPredicate.not(resideInAPackage("dev.edgewright.."))
                .or(resideInAPackage(ROOT + "." + name))
                .or(VOCABULARY);
        for (String below : mayUse) {
            allowed = allowed.or(resideInAPackage(ROOT + "." + below));
        }
        return classes()
                .that()
                .resideInAPackage(ROOT + "." + name)
                .should()
                .onlyDependOnClassesThat(allowed.as("reside in " + name + " or " + String.join(", ", mayUse)));
    }
}
