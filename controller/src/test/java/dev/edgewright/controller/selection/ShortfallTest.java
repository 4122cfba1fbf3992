package dev.edgewright.controller.selection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.Accuracy;
import dev.edgewright.common.protocol.v1.File;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.catalog.Workload;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.testing.FakeDevice;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ShortfallTest {

    private static final List<String> RECIPES = List.of("fp32", "int8-static", "prune-30", "low-rank");
    private static final Variant ACCURATE = variant("fp32", 4_000_000, 0.93, List.of());
    private static final Variant FAST = variant("int8-static", 1_000_000, 0.90, List.of());

    private static Variant variant(String name, long bytes, double accuracy, List<String> isa) {
        var manifest = Manifest.newBuilder()
                .setModel("m")
                .setVersion("1")
                .setVariant(name)
                .setRecipe(name)
                .setGraph(File.newBuilder().setSize(bytes))
                .addAllRequiresIsa(isa);
        if (accuracy > 0) {
            manifest.setAccuracy(Accuracy.newBuilder().setMetric("top1").setValue(accuracy));
        }
        var whole = manifest.build();
        return new Variant(
                Digest.of(whole.toByteArray()),
                whole,
                Signed.getDefaultInstance(),
                new Workload(
                        List.of(new Workload.Part("conv", name.equals("fp32") ? "fp32" : "u8s8", 2e6, 2)), 0.1, bytes),
                Variant.LatencyHere.NONE,
                true,
                Instant.EPOCH);
    }

    private static Device device() {
        return Device.unknown(DeviceId.of("cam-1"), Instant.EPOCH)
                .withHello(
                        Hello.newBuilder()
                                .setFacts(FakeDevice.facts())
                                .addAllProbes(FakeDevice.probes(3))
                                .build(),
                        Instant.EPOCH);
    }

    private static Shortfall shortfall(Requirement requirement, Variant... variants) {
        var selection = VariantSelector.select(device(), List.of(variants), "auto", requirement, ClassKnowledge.NONE);
        assertThat(selection.chosen()).isEmpty();
        return Shortfall.of(selection, device(), requirement, RECIPES);
    }

    @Test
    void two_limits_that_contradict_each_other_are_both_named_with_what_each_would_have_to_be() {
        var requirement = new Requirement(
                OptionalDouble.of(0.92), OptionalDouble.empty(), OptionalDouble.of(1.2), OptionalLong.empty());
        var found = shortfall(requirement, ACCURATE, FAST);
        assertThat(found.limits()).containsExactly("accuracy.floor", "p95");
        assertThat(found.missing())
                .contains(
                        "accuracy.floor of 0.9200 and p95 of 1.20 ms contradict each other here",
                        "fp32",
                        "int8-static");
        assertThat(found.remedy()).contains("accuracy.floor to 0.9000", "prune-30, low-rank");
    }

    @Test
    void one_limit_that_nothing_keeps_is_named_with_the_nearest() {
        var floor = Requirement.of(OptionalDouble.of(0.99), OptionalDouble.empty());
        var found = shortfall(floor, ACCURATE, FAST);
        assertThat(found.limits()).containsExactly("accuracy.floor");
        assertThat(found.missing()).contains("no variant keeps accuracy.floor of 0.9900; nearest is fp32 with 0.9300");
        assertThat(found.remedy()).startsWith("set accuracy.floor to 0.9300");
    }

    @Test
    void unknown_accuracy_asks_for_data() {
        var floor = Requirement.of(OptionalDouble.of(0.9), OptionalDouble.empty());
        assertThat(shortfall(floor, variant("fp32", 1000, 0, List.of())).remedy())
                .contains("put labelled data");
    }

    @Test
    void a_missing_instruction_set_names_the_recipes_that_were_not_tried() {
        var found = shortfall(Requirement.NONE, variant("int8-static", 1000, 0.9, List.of("amx_int8")));
        assertThat(found.missing()).contains("cannot run any variant", "amx_int8");
        assertThat(found.remedy()).contains("fp32", "prune-30").doesNotContain("int8-static");
    }

    @Test
    void without_variants_it_says_how_to_make_them() {
        assertThat(shortfall(Requirement.NONE).remedy()).contains("edgewright variants make");
    }

    @Test
    void the_objective_decides_what_is_best() {
        var size = Requirement.NONE.withObjective(Objective.SIZE);
        var smallest = VariantSelector.select(device(), List.of(ACCURATE, FAST), "auto", size, ClassKnowledge.NONE);
        assertThat(smallest.chosen()).contains(FAST);
        assertThat(smallest.candidates().get(1).verdict()).isEqualTo(Verdict.LARGER);
        var accuracy = Requirement.NONE.withObjective(Objective.ACCURACY);
        var best = VariantSelector.select(device(), List.of(FAST, ACCURATE), "auto", accuracy, ClassKnowledge.NONE);
        assertThat(best.chosen()).contains(ACCURATE);
        assertThat(best.candidates().get(1).verdict()).isEqualTo(Verdict.LESS_ACCURATE);
        assertThat(best.why()).contains("accuracy 0.9300, maximise accuracy");
    }
}
