package dev.edgewright.training;

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
 * Which room may use which, from the ground up: tensor → op, loss, optimizer (and schedule, augment, data, which use none) → trainer →
 * architecture, prune, qat → distill → child → recipe.
 */
@AnalyzeClasses(packages = "dev.edgewright.training", importOptions = DoNotIncludeTests.class)
class RoomsTest {

    private static final String ROOT = "dev.edgewright.training";

    /** The root room's vocabulary, which every room may use. */
    private static final DescribedPredicate<JavaClass> VOCABULARY = resideInAPackage(ROOT);

    @ArchTest
    static final ArchRule rooms_use_only_the_rooms_below_them = CompositeArchRule.of(room("tensor"))
            .and(room("schedule"))
            .and(room("augment"))
            .and(room("data"))
            .and(room("loss", "tensor"))
            .and(room("optimizer", "tensor"))
            .and(room("op", "tensor"))
            .and(room("trainer", "tensor", "op", "loss", "optimizer", "schedule", "augment", "data"))
            .and(room("architecture"))
            .and(room("prune", "trainer", "tensor"))
            .and(room("qat", "trainer", "tensor", "op", "optimizer", "data"))
            .and(room("distill", "trainer", "tensor", "op", "loss", "prune"))
            .because(
                    "a reader can stop at the room that a class stands in, and a change in one does not wander upwards");

    @ArchTest
    static final ArchRule the_child_process_stands_on_top = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + ".child", ROOT + ".recipe")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT + ".child")
            .because("a training runs the same in the caller's own process");

    @ArchTest
    static final ArchRule nothing_here_knows_that_recipes_train = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".recipe")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT + ".recipe")
            .because("recipes find training, not the other way round");

    @ArchTest
    static final ArchRule the_root_room_is_vocabulary = noClasses()
            .that()
            .resideInAPackage(ROOT)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ROOT + ".*..", "dev.edgewright.compression..")
            .because("every room uses it, so it can use none");

    @ArchTest
    static final ArchRule no_cycles_between_rooms = slices().matching(ROOT + ".(*)..")
            .should()
            .beFreeOfCycles()
            .because("two rooms that need each other are one room");

    @ArchTest
    static final ArchRule only_the_tensor_room_knows_the_engine = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".tensor")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl..")
            .because("another engine must be able to take its place behind TensorBackend");

    @ArchTest
    static final ArchRule onnx_runtime_stays_in_compression = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.onnxruntime..", "com.google.protobuf..")
            .because("sessions and the file format belong to compression's runtime and graph rooms");

    @ArchTest
    static final ArchRule training_stands_on_compression_alone = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("dev.edgewright..")
                    .and(DescribedPredicate.not(
                            resideInAnyPackage("dev.edgewright.training..", "dev.edgewright.compression.."))))
            .because("training is a library: anyone can use it without the rest");

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
            .because("a child process speaks to its parent through pipes, and nothing else");

    @ArchTest
    static final ArchRule no_wall_clock_and_no_unseeded_chance = noClasses()
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
            .because("a training that was killed goes on to the same weights that it would have reached");

    @ArchTest
    static final ArchRule one_exception = classes()
            .that()
            .areAssignableTo(Throwable.class)
            .should()
            .haveSimpleName("TrainingException")
            .because("errors are told apart by their code, not by their class");

    @ArchTest
    static final ArchRule names_say_what_a_thing_is = noClasses()
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

    private static ArchRule room(String name, String... mayUse) {
        DescribedPredicate<JavaClass> allowed = DescribedPredicate.not(resideInAPackage("dev.edgewright.."))
                .or(resideInAPackage("dev.edgewright.compression.."))
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
