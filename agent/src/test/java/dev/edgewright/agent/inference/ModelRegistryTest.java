package dev.edgewright.agent.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtSession;
import dev.edgewright.agent.graphs.TestModels;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.SessionOptions;
import dev.edgewright.common.protocol.v1.TensorSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRegistryTest {
    private static final ModelName MODEL = ModelName.of("scale");

    @TempDir
    Path folder;

    private final ModelRegistry registry = new ModelRegistry(new InferenceSettings(2, 0));

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void aTruncatedFileIsRefusedByName() throws Exception {
        byte[] whole = TestModels.scale(2);
        Path file = Files.write(folder.resolve("half.onnx"), java.util.Arrays.copyOf(whole, whole.length / 2));

        assertCode(() -> registry.prepare(MODEL, file, TestModels.manifest("scale", "half")), "MODEL_LOAD_FAILED");
    }

    @Test
    void aMissingFileIsRefusedByName() {
        assertCode(
                () -> registry.prepare(MODEL, folder.resolve("none.onnx"), TestModels.manifest("scale", "none")),
                "MODEL_FILE_MISSING");
    }

    @Test
    void aFileThatDoesNotKeepTheManifestsPromiseIsRefused() {
        Path file = TestModels.write(folder, "two.onnx", TestModels.twoInputs());
        Manifest promisesMore = TestModels.manifest("scale", "a").toBuilder()
                .addInputs(TensorSpec.newBuilder().setName("mask").setDatatype("INT64"))
                .build();

        assertCode(() -> registry.prepare(MODEL, file, promisesMore), "MODEL_SIGNATURE");
    }

    @Test
    void theManifestsSessionOptionsReachTheRuntime() throws Exception {
        SessionOptions wanted = SessionOptions.newBuilder()
                .putConfig("session.use_env_allocators", "1")
                .build();

        try (OrtSession.SessionOptions options = OrtRuntime.sessionOptions(new InferenceSettings(2, 0), wanted)) {
            assertThat(options.getConfigEntries())
                    .containsEntry("session.use_env_allocators", "1")
                    .containsEntry("session.intra_op.allow_spinning", "0");
        }
    }

    @Test
    void anUnknownModelIsNamedWithTheServedOnes() {
        activate("a", TestModels.scale(2));

        assertThatThrownBy(() -> registry.infer(ModelName.of("other"), Map.of()))
                .isInstanceOf(EdgewrightException.class)
                .hasMessageContaining("other")
                .hasMessageContaining("[scale]");
    }

    @Test
    void wrongInputsAreTheCallersAndSayWhatWasExpected() {
        activate("a", TestModels.scale(2));
        TensorValue good = TensorValue.ofFloats(new long[] {1, 4}, 1, 2, 3, 4);

        assertThatThrownBy(() -> registry.infer(MODEL, Map.of()))
                .hasMessage("input \"x\" is missing; the model takes x FP32[-1,4]");
        assertThatThrownBy(() -> registry.infer(MODEL, Map.of("x", TensorValue.ofFloats(new long[] {1, 3}, 1, 2, 3))))
                .hasMessage("input \"x\" has shape [1, 3], expected FP32[-1,4]");
        assertThatThrownBy(() -> registry.infer(MODEL, Map.of("x", TensorValue.ofLongs(new long[] {1, 4}, 1, 2, 3, 4))))
                .hasMessage("input \"x\" has datatype INT64, expected FP32[-1,4]");
        assertThatThrownBy(() -> registry.infer(MODEL, Map.of("x", good, "z", good)))
                .hasMessageContaining("no input is named [z]");
        assertThatThrownBy(() -> registry.infer(MODEL, Map.of("x", good), List.of("logits")))
                .hasMessageContaining("no output is named \"logits\"");

        VariantStats stats = registry.liveStats(MODEL).orElseThrow().current();
        assertThat(stats.rejected()).isEqualTo(5);
        assertThat(stats.requests())
                .as("a caller's mistake is no error of the variant")
                .isZero();
    }

    @Test
    void aRunThatFailsCountsAsTheVariantsError() {
        Path file = TestModels.write(folder, "fails.onnx", TestModels.failsAtRun());
        registry.activate(registry.prepare(MODEL, file, TestModels.manifest("scale", "fails")));

        assertCode(
                () -> registry.infer(MODEL, Map.of("x", TensorValue.ofFloats(new long[] {1, 4}, 1, 2, 3, 4))),
                "INFERENCE_FAILED");
        assertThat(registry.liveStats(MODEL).orElseThrow().current().errors()).isEqualTo(1);
    }

    @Test
    void liveStatsKeepThePreviousVariantBesideTheCurrentOne() {
        activate("a", TestModels.scale(2));
        infer(3);
        activate("b", TestModels.scale(3));
        infer(2);

        LiveStats stats = registry.liveStats(MODEL).orElseThrow();
        assertThat(stats.current().variant()).isEqualTo("b");
        assertThat(stats.current().requests()).isEqualTo(2);
        assertThat(stats.current().latency().count()).isEqualTo(2);
        assertThat(stats.previous().orElseThrow().variant()).isEqualTo("a");
        assertThat(stats.previous().orElseThrow().requests()).isEqualTo(3);
    }

    @Test
    void aModelThatWasTakenOffAnswersNoMore() {
        activate("a", TestModels.scale(2));

        assertThat(registry.deactivate(MODEL)).isTrue();
        assertThat(registry.deactivate(MODEL)).isFalse();
        assertCode(() -> infer(1), "MODEL_UNKNOWN");
    }

    @Test
    void aPreparedVariantIsActivatedOnce() {
        Prepared prepared = prepare("a", TestModels.scale(2));
        registry.activate(prepared);

        assertThatThrownBy(() -> registry.activate(prepared)).isInstanceOf(IllegalStateException.class);
        prepared.close();
        infer(1);
    }

    private void infer(int times) {
        for (int i = 0; i < times; i++) {
            registry.infer(MODEL, Map.of("x", TensorValue.ofFloats(new long[] {1, 4}, 1, 2, 3, 4)));
        }
    }

    private void activate(String variant, byte[] model) {
        registry.activate(prepare(variant, model));
    }

    private Prepared prepare(String variant, byte[] model) {
        Path file = TestModels.write(folder, variant + ".onnx", model);
        return registry.prepare(MODEL, file, TestModels.manifest("scale", variant));
    }

    private static void assertCode(ThrowingCallable call, String code) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        EdgewrightException.class,
                        e -> assertThat(e.code().name()).isEqualTo(code));
    }
}
