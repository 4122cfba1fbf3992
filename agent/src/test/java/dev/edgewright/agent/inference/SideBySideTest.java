package dev.edgewright.agent.inference;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.edgewright.agent.graphs.TestModels;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.GoldenCase;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.Limits;
import dev.edgewright.common.protocol.v1.Tensor;
import dev.edgewright.common.protocol.v1.Tolerance;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SideBySideTest {
    private static final ModelName MODEL = ModelName.of("scale");
    private static final Tolerance STRICT =
            Tolerance.newBuilder().setMinCosine(0.999).build();

    @TempDir
    Path folder;

    private final ModelRegistry registry = new ModelRegistry(new InferenceSettings(1, 0));

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void candidateAndActiveAreMeasuredAndTheActiveOneServesOn() {
        registry.activate(prepared("old", 2));
        SideBySideOutcome outcome = beside(prepared("new", 2), Limits.getDefaultInstance(), () -> true)
                .orElseThrow();

        assertThat(outcome.failure()).isEmpty();
        assertThat(outcome.candidate().runs()).isPositive();
        assertThat(outcome.active().orElseThrow().runs()).isPositive();
        assertThat(outcome.candidate().p50LowMs())
                .isLessThanOrEqualTo(outcome.candidate().p50Ms());
        assertThat(outcome.ratioLow()).isPositive().isLessThanOrEqualTo(outcome.ratio());
        assertThat(outcome.ratioHigh()).isGreaterThanOrEqualTo(outcome.ratio());
        assertThat(registry.metadata(MODEL).orElseThrow().variant()).isEqualTo("old");
        assertThat(registry.liveStats(MODEL).orElseThrow().current().requests())
                .as("runs of a trial are no requests")
                .isZero();
    }

    @Test
    void withoutAnActiveVariantTheCandidateIsMeasuredAlone() {
        SideBySideOutcome outcome = beside(prepared("new", 2), Limits.getDefaultInstance(), () -> true)
                .orElseThrow();
        assertThat(outcome.active()).isEmpty();
        assertThat(outcome.ratio()).isZero();
        assertThat(outcome.candidate().p50Ms()).isPositive();
    }

    @Test
    void wrongOutputsAreOutBeforeAnythingIsTimed() {
        SideBySideOutcome outcome = beside(prepared("wrong", -2), Limits.getDefaultInstance(), () -> true)
                .orElseThrow();
        assertThat(outcome.failure().orElseThrow().code()).isEqualTo("PARITY");
        assertThat(outcome.candidate().runs()).isZero();
    }

    @Test
    void aBrokenLatencyLimitIsOut() {
        SideBySideOutcome outcome = beside(
                        prepared("slow", 2),
                        Limits.newBuilder().setMaxP95Ms(1e-6).build(),
                        () -> true)
                .orElseThrow();
        assertThat(outcome.failure().orElseThrow().code()).isEqualTo("LATENCY_LIMIT");
    }

    @Test
    void joulesAboveTheLimitAreOut() {
        Limits limits = Limits.newBuilder().setMaxJoulesPerInference(1e-9).build();
        SideBySideOutcome outcome =
                beside(prepared("hungry", 2), limits, () -> true).orElseThrow();
        assertThat(outcome.failure().orElseThrow().code()).isEqualTo("ENERGY_LIMIT");
        assertThat(outcome.candidate().joules()).isPositive();
    }

    @Test
    void memoryAboveTheLimitIsOut() {
        Limits limits = Limits.newBuilder().setMaxMemoryBytes(1).build();
        AtomicInteger asked = new AtomicInteger();
        try (ModelRegistry growing = new ModelRegistry(
                new InferenceSettings(1, 0), ProbeBudget.DEFAULT, () -> (100L << 20) * asked.incrementAndGet())) {
            SideBySideOutcome outcome = growing.beside(
                            growing.prepare(MODEL, file(TestModels.scale(2)), TestModels.manifest("scale", "big")))
                    .run(golden(), STRICT, limits, plan(), () -> OptionalDouble.empty(), () -> true)
                    .orElseThrow();
            assertThat(outcome.failure().orElseThrow().code()).isEqualTo("MEMORY_LIMIT");
        }
    }

    @Test
    void itStopsWhenItMayNotGoOn() {
        AtomicInteger asked = new AtomicInteger();
        assertThat(beside(prepared("new", 2), Limits.getDefaultInstance(), () -> asked.incrementAndGet() < 10))
                .isEmpty();
    }

    @Test
    void whileRequestsComeNothingIsMeasured() throws Exception {
        registry.activate(prepared("old", 2));
        var busy = new AtomicBoolean(true);
        var requests = CompletableFuture.runAsync(() -> {
            while (busy.get()) {
                registry.infer(MODEL, Map.of("x", x()));
            }
        });
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
        BooleanSupplier forAWhile = () -> System.nanoTime() < deadline;
        try {
            assertThat(registry.beside(prepared("new", 2))
                            .run(
                                    golden(),
                                    STRICT,
                                    Limits.getDefaultInstance(),
                                    new SideBySide.Plan(
                                            Duration.ofMillis(50), 0.5, Duration.ofSeconds(5), Duration.ofMillis(5)),
                                    () -> OptionalDouble.of(1),
                                    forAWhile))
                    .isEmpty();
        } finally {
            busy.set(false);
            requests.get(10, TimeUnit.SECONDS);
        }
        assertThat(registry.liveStats(MODEL).orElseThrow().current().errors()).isZero();
    }

    @Test
    void theOperatorsOfAModelAreTimed() {
        var parts = registry.operators(file(TestModels.scale(2)), TestModels.manifest("scale", "fp32"), golden(), 3);
        assertThat(parts).singleElement().satisfies(part -> {
            assertThat(part.name()).isEqualTo("Mul");
            assertThat(part.input()).isEqualTo("float");
            assertThat(part.calls()).isEqualTo(1);
        });
    }

    private Optional<SideBySideOutcome> beside(Prepared candidate, Limits limits, BooleanSupplier mayGoOn) {
        return registry.beside(candidate).run(golden(), STRICT, limits, plan(), () -> OptionalDouble.of(1), mayGoOn);
    }

    private static SideBySide.Plan plan() {
        return new SideBySide.Plan(Duration.ofMillis(120), 0.01, Duration.ZERO, Duration.ofMillis(5));
    }

    private Prepared prepared(String variant, float factor) {
        return registry.prepare(MODEL, file(TestModels.scale(factor)), TestModels.manifest("scale", variant));
    }

    private Path file(byte[] graph) {
        try {
            return Files.write(Files.createTempFile(folder, "model", ".onnx"), graph);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static TensorValue x() {
        return ProtoTensors.byName(golden().getCases(0).getInputsList()).get("x");
    }

    private static GoldenSet golden() {
        return GoldenSet.newBuilder()
                .addCases(GoldenCase.newBuilder()
                        .addInputs(tensor("x", 1, 2, 3, 4))
                        .addOutputs(tensor("y", 2, 4, 6, 8)))
                .build();
    }

    private static Tensor tensor(String name, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return Tensor.newBuilder()
                .setName(name)
                .setDatatype("FP32")
                .addShape(1)
                .addShape(values.length)
                .setData(ByteString.copyFrom(bytes.array()))
                .build();
    }
}
