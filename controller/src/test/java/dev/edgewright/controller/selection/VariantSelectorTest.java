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

class VariantSelectorTest {

    private static final Variant FP32 = variant("fp32", "fp32", 4_000_000, 0.93, List.of());
    private static final Variant INT8 = variant("int8-static", "u8s8", 1_000_000, 0.928, List.of());
    private static final Variant VNNI = variant("int8-vnni", "u8s8", 1_000_000, 0.929, List.of("avx512_vnni|avx_vnni"));

    private static Variant variant(String name, String precision, long bytes, double accuracy, List<String> isa) {
        var manifest = Manifest.newBuilder()
                .setModel("m")
                .setVersion("1")
                .setVariant(name)
                .setGraph(File.newBuilder().setSize(bytes))
                .setAccuracy(Accuracy.newBuilder().setMetric("top1").setValue(accuracy))
                .addAllRequiresIsa(isa)
                .build();
        return new Variant(
                Digest.of(manifest.toByteArray()),
                manifest,
                Signed.getDefaultInstance(),
                new Workload(List.of(new Workload.Part("conv", precision, 2e6, 2)), 0.1, bytes),
                Variant.LatencyHere.NONE,
                true,
                Instant.EPOCH);
    }

    /** @param speedup of int8 against fp32 on the device's probes */
    private static Device device(double speedup) {
        return Device.unknown(DeviceId.of("cam-1"), Instant.EPOCH)
                .withHello(
                        Hello.newBuilder()
                                .setFacts(FakeDevice.facts())
                                .addAllProbes(FakeDevice.probes(speedup))
                                .build(),
                        Instant.EPOCH);
    }

    private static Selection select(Device device, Requirement requirement, Variant... variants) {
        return VariantSelector.select(device, List.of(variants), "auto", requirement, ClassKnowledge.NONE);
    }

    private static Verdict verdict(Selection selection, Variant variant) {
        return selection.candidates().stream()
                .filter(c -> c.variant().equals(variant))
                .findFirst()
                .orElseThrow()
                .verdict();
    }

    @Test
    void the_faster_one_on_the_devices_own_probes_is_chosen_and_said_why() {
        var selection = select(device(3), Requirement.NONE, FP32, INT8);
        assertThat(selection.chosen()).contains(INT8);
        assertThat(selection.why()).startsWith("0.733 ms predicted").contains("3.00 times as fast as the original");
        assertThat(verdict(selection, FP32)).isEqualTo(Verdict.SLOWER);
        // 2e6 multiply-accumulates at 1000 a microsecond, and a tenth on top.
        assertThat(selection.candidates().get(1).predictedMs()).hasValue(2.2);
    }

    @Test
    void int8_that_is_slower_than_fp32_on_the_device_is_never_offered() {
        var selection = select(device(0.7), Requirement.NONE, FP32, INT8);
        assertThat(selection.chosen()).contains(FP32);
        assertThat(verdict(selection, INT8)).isEqualTo(Verdict.SLOWER_THAN_ORIGINAL);
        assertThat(select(device(1.0), Requirement.NONE, FP32, INT8).chosen()).contains(FP32);
    }

    @Test
    void without_probes_the_original_is_chosen() {
        var blind = Device.unknown(DeviceId.of("cam-1"), Instant.EPOCH)
                .withHello(Hello.newBuilder().setFacts(FakeDevice.facts()).build(), Instant.EPOCH);
        var selection = select(blind, Requirement.NONE, INT8, FP32);
        assertThat(selection.chosen()).contains(FP32);
        assertThat(selection.why()).contains("do not say how fast");
    }

    @Test
    void a_missing_instruction_set_rules_out_in_words() {
        var selection = select(device(3), Requirement.NONE, FP32, VNNI);
        assertThat(verdict(selection, VNNI)).isEqualTo(Verdict.ISA_MISSING);
        assertThat(selection.candidates()).anyMatch(c -> c.reason().contains("avx512_vnni or avx_vnni"));
    }

    @Test
    void the_accuracy_floor_and_the_largest_drop_hold() {
        var floor = Requirement.of(OptionalDouble.of(0.929), OptionalDouble.empty());
        assertThat(select(device(3), floor, FP32, INT8).chosen()).contains(FP32);
        var drop = Requirement.of(OptionalDouble.empty(), OptionalDouble.of(0.001));
        var selection = select(device(3), drop, FP32, INT8);
        assertThat(selection.chosen()).contains(FP32);
        assertThat(selection.candidates()).anyMatch(c -> c.reason().contains("loses 0.0020 of accuracy, 0.0010"));
        assertThat(select(device(3), Requirement.of(OptionalDouble.of(0.99), OptionalDouble.empty()), FP32, INT8)
                        .chosen())
                .isEmpty();
    }

    @Test
    void memory_and_size_limits_hold() {
        var small = Device.unknown(DeviceId.of("mcu"), Instant.EPOCH)
                .withHello(
                        Hello.newBuilder()
                                .setFacts(FakeDevice.facts().setRamBytes(4_000_000))
                                .addAllProbes(FakeDevice.probes(0.5))
                                .build(),
                        Instant.EPOCH);
        var selection = select(small, Requirement.NONE, FP32, INT8);
        assertThat(verdict(selection, FP32)).isEqualTo(Verdict.MEMORY);
        var artifact = new Requirement(
                OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), OptionalLong.of(2_000_000));
        assertThat(verdict(select(device(3), artifact, FP32, INT8), FP32)).isEqualTo(Verdict.SIZE_LIMIT);
    }

    @Test
    void what_devices_of_the_class_measured_beats_the_prediction_and_corrects_the_others() {
        // Predicted 2.2 and 0.73 ms; int8 was measured at 4 ms, so fp32, by the same factor, would take 12.
        var corrected = VariantSelector.select(
                device(3),
                List.of(FP32, INT8),
                "auto",
                Requirement.NONE,
                ClassKnowledge.ofMedians(v -> v.equals(INT8) ? OptionalDouble.of(4) : OptionalDouble.empty()));
        assertThat(corrected.chosen()).contains(INT8);
        assertThat(corrected.candidates().get(1).predictedMs().getAsDouble()).isBetween(11.9, 12.1);
        var measured = VariantSelector.select(
                device(3),
                List.of(FP32, INT8),
                "auto",
                Requirement.NONE,
                ClassKnowledge.ofMedians(v -> OptionalDouble.of(v.equals(INT8) ? 4 : 3)));
        assertThat(measured.chosen()).contains(FP32);
        assertThat(measured.why()).contains("measured on devices of this class");
    }

    @Test
    void a_variants_own_measurement_does_not_flatter_its_prediction() {
        var selection = VariantSelector.select(
                device(3),
                List.of(FP32, INT8),
                "auto",
                Requirement.NONE,
                ClassKnowledge.ofMedians(v -> v.equals(INT8) ? OptionalDouble.of(4) : OptionalDouble.empty()));
        var outlook = selection.candidates().get(0).outlook();
        assertThat(outlook.measuredMs().orElseThrow().value()).isEqualTo(4);
        assertThat(outlook.predictedMs().orElseThrow().value()).isBetween(0.7, 0.8);
    }

    @Test
    void a_named_variant_is_taken_although_another_is_faster() {
        var selection =
                VariantSelector.select(device(3), List.of(FP32, INT8), "fp32", Requirement.NONE, ClassKnowledge.NONE);
        assertThat(selection.chosen()).contains(FP32);
        assertThat(verdict(selection, INT8)).isEqualTo(Verdict.NOT_ASKED_FOR);
    }

    @Test
    void a_device_that_has_not_said_what_it_is_gets_nothing() {
        var selection = select(Device.unknown(DeviceId.of("new"), Instant.EPOCH), Requirement.NONE, FP32);
        assertThat(selection.chosen()).isEmpty();
        assertThat(selection.why()).contains("has not said what it is");
    }

    @Test
    void prediction_lies_between_the_rates_of_the_probe_sizes() {
        var workload = new Workload(List.of(new Workload.Part("gemm", "fp32", 1e6, 1)), 0, 1);
        var probes = List.of(probe(1e5, 100, 1), probe(1e7, 5_000, 1), probe(1e6, 1, 8));
        double ms = LatencyPrediction.milliseconds(workload, probes, 1).getAsDouble();
        assertThat(ms).isBetween(1e6 / 2000 / 1000, 1e6 / 1000 / 1000);
        assertThat(LatencyPrediction.milliseconds(Workload.UNKNOWN, probes, 1)).isEmpty();
    }

    private static dev.edgewright.common.protocol.v1.Probe probe(double work, double us, int threads) {
        return dev.edgewright.common.protocol.v1.Probe.newBuilder()
                .setKernel("gemm")
                .setPrecision("fp32")
                .setWork(work)
                .setMedianUs(us)
                .setThreads(threads)
                .build();
    }
}
