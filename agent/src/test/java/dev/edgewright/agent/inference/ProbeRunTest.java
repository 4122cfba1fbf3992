package dev.edgewright.agent.inference;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.edgewright.agent.graphs.TestModels;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.GoldenCase;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.Limits;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.Tensor;
import dev.edgewright.common.protocol.v1.Tolerance;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbeRunTest {
    private static final ModelName MODEL = ModelName.of("scale");
    private static final Tolerance STRICT = Tolerance.newBuilder()
            .setMinCosine(0.999)
            .setRequireSameArgmax(true)
            .setMinAgreement(1)
            .build();

    @TempDir
    Path folder;

    private final AtomicLong resident = new AtomicLong(100 << 20);
    private final ModelRegistry registry = new ModelRegistry(
            new InferenceSettings(1, 200 << 20), new ProbeBudget(5, 20, Duration.ofMillis(50)), resident::get);

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void aVariantThatAgreesIsHealthyAndMeasured() {
        ProbeOutcome outcome = probe(TestModels.scale(2), golden(2, 4, 6, 8), Limits.getDefaultInstance());

        assertThat(outcome.failure()).isEmpty();
        assertThat(outcome.cosine()).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(outcome.agreement()).isEqualTo(1);
        assertThat(outcome.runs()).isBetween(5, 20);
        assertThat(outcome.p95Ms()).isGreaterThanOrEqualTo(outcome.p50Ms()).isPositive();
        assertThat(outcome.toProto().getRuns()).isEqualTo(outcome.runs());
    }

    @Test
    void anotherDirectionFailsParity() {
        ProbeOutcome outcome = probe(TestModels.scale(-2), golden(2, 4, 6, 8), Limits.getDefaultInstance());

        assertThat(outcome.failure().orElseThrow().code()).isEqualTo("PARITY");
        assertThat(outcome.cosine()).isNegative();
    }

    @Test
    void anotherLargestOutputFailsParityThoughTheCosineIsGood() {
        ProbeOutcome outcome = probe(TestModels.scale(1), golden(1, 2, 4.001f, 4), Limits.getDefaultInstance());

        assertThat(outcome.cosine()).isLessThan(1);
        assertThat(outcome.agreement()).isZero();
        assertThat(outcome.failure().orElseThrow().code()).isEqualTo("PARITY");
    }

    @Test
    void infinityFails() {
        ProbeOutcome outcome = probe(TestModels.notFinite(), golden(2, 4, 6, 8), Limits.getDefaultInstance());

        assertThat(outcome.failure().orElseThrow().code()).isEqualTo("OUTPUT_NOT_FINITE");
    }

    @Test
    void goldenOutputsThatAreNotFiniteAreNoParity() {
        ProbeOutcome outcome = probe(TestModels.scale(2), golden(2, 4, Float.NaN, 8), Limits.getDefaultInstance());

        assertThat(outcome.failure().orElseThrow().code()).isEqualTo("PARITY");
    }

    @Test
    void stringsAgreeOrDoNotAndHaveNoCosine() {
        Path file = TestModels.write(
                folder,
                "strings.onnx",
                TestModels.identity(dev.edgewright.compression.onnx.proto.TensorProto.DataType.STRING));
        Manifest manifest =
                Manifest.newBuilder().setModel("scale").setVariant("s").build();
        Tensor hello = Tensor.newBuilder()
                .setName("x")
                .setDatatype("BYTES")
                .addShape(1)
                .setData(ByteString.copyFrom(new byte[] {2, 0, 0, 0, 'h', 'i'}))
                .build();
        GoldenSet same = GoldenSet.newBuilder()
                .addCases(GoldenCase.newBuilder()
                        .addInputs(hello)
                        .addOutputs(hello.toBuilder().setName("y")))
                .build();
        try (Prepared prepared = registry.prepare(MODEL, file, manifest)) {
            ProbeOutcome outcome = prepared.probe(same, STRICT, Limits.getDefaultInstance());

            assertThat(outcome.failure()).isEmpty();
            assertThat(outcome.agreement()).isEqualTo(1);
            assertThat(outcome.cosine()).isNaN();
        }
    }

    @Test
    void aRunThatBreaksIsAnOutcomeNotAnException() {
        ProbeOutcome outcome = probe(TestModels.failsAtRun(), golden(2, 4, 6, 8), Limits.getDefaultInstance());

        assertThat(outcome.failure().orElseThrow().code()).isEqualTo("PROBE_RUN_FAILED");
    }

    @Test
    void goldenCasesOfAnotherShapeAreNamed() {
        GoldenSet wrong = GoldenSet.newBuilder()
                .addCases(
                        GoldenCase.newBuilder().addInputs(tensor("x", 1, 2, 3)).addOutputs(tensor("y", 1, 2, 3)))
                .build();

        ProbeOutcome outcome = probe(TestModels.scale(2), wrong, Limits.getDefaultInstance());

        assertThat(outcome.failure().orElseThrow())
                .isEqualTo(new ProbeFailure("GOLDEN_MISMATCH", "input \"x\" has shape [1, 3], expected FP32[-1,4]"));
    }

    @Test
    void beyondTheLatencyLimitFails() {
        Limits limits = Limits.newBuilder().setMaxP95Ms(1e-9).build();

        ProbeOutcome outcome = probe(TestModels.scale(2), golden(2, 4, 6, 8), limits);

        assertThat(outcome.failure().orElseThrow().code()).isEqualTo("LATENCY_LIMIT");
    }

    @Test
    void beyondTheAssignmentsMemoryFails() {
        Limits limits = Limits.newBuilder().setMaxMemoryBytes(10 << 20).build();
        try (Prepared prepared = prepare(TestModels.scale(2))) {
            resident.addAndGet(11 << 20);
            ProbeOutcome outcome = prepared.probe(golden(2, 4, 6, 8), STRICT, limits);

            assertThat(outcome.memoryBytes()).isEqualTo(11 << 20);
            assertThat(outcome.failure().orElseThrow().code()).isEqualTo("MEMORY_LIMIT");
        }
    }

    @Test
    void beyondTheProfilesMemoryFails() {
        try (Prepared prepared = prepare(TestModels.scale(2))) {
            resident.set(201 << 20);
            ProbeOutcome outcome = prepared.probe(golden(2, 4, 6, 8), STRICT, Limits.getDefaultInstance());

            assertThat(outcome.failure().orElseThrow().message()).contains("profile");
        }
    }

    @Test
    void withoutGoldenCasesOnlyTimeAndMemoryAreJudged() {
        ProbeOutcome outcome = probe(TestModels.scale(2), GoldenSet.getDefaultInstance(), Limits.getDefaultInstance());

        assertThat(outcome.failure()).isEmpty();
        assertThat(outcome.cosine()).isNaN();
        assertThat(outcome.toProto().getCosine()).isZero();
    }

    @Test
    void probingLeavesNoTraceInTheLiveCounts() {
        Prepared prepared = prepare(TestModels.scale(2));
        prepared.probe(golden(2, 4, 6, 8), STRICT, Limits.getDefaultInstance());
        registry.activate(prepared);

        assertThat(registry.liveStats(MODEL).orElseThrow().current().requests()).isZero();
        assertThat(registry.drainActivity().get(0).stats().requests()).isZero();
    }

    private ProbeOutcome probe(byte[] model, GoldenSet golden, Limits limits) {
        try (Prepared prepared = prepare(model)) {
            return prepared.probe(golden, STRICT, limits);
        }
    }

    private Prepared prepare(byte[] model) {
        Path file = TestModels.write(folder, "m.onnx", model);
        return registry.prepare(MODEL, file, TestModels.manifest("scale", "v"));
    }

    private static GoldenSet golden(float... expected) {
        return GoldenSet.newBuilder()
                .addCases(GoldenCase.newBuilder()
                        .addInputs(tensor("x", 1, 2, 3, 4))
                        .addOutputs(tensor("y", expected)))
                .build();
    }

    private static Tensor tensor(String name, float... values) {
        ByteBuffer data = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values);
        return Tensor.newBuilder()
                .setName(name)
                .setDatatype("FP32")
                .addShape(1)
                .addShape(values.length)
                .setData(ByteString.copyFrom(data))
                .build();
    }
}
