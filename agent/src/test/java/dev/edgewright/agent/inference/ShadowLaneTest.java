package dev.edgewright.agent.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.edgewright.agent.graphs.TestModels;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Tolerance;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests run twice, on ONNX Runtime; only the answers of the variant that serves are given out. */
class ShadowLaneTest {

    private static final ModelName MODEL = ModelName.of("scale");
    private static final Tolerance COSINE =
            Tolerance.newBuilder().setMinCosine(0.999).build();
    private static final Tolerance ARGMAX =
            Tolerance.newBuilder().setRequireSameArgmax(true).build();

    @TempDir
    Path folder;

    private final ModelRegistry registry = new ModelRegistry(new InferenceSettings(1, 0));
    private long compared;
    private long agreed;
    private long errors;
    private long dropped;
    private double cosine = 1;

    @AfterEach
    void close() {
        registry.close();
    }

    private Prepared scale(String variant, float factor) {
        return registry.prepare(
                MODEL,
                TestModels.write(folder, variant + ".onnx", TestModels.scale(factor)),
                TestModels.manifest("scale", variant));
    }

    private float[] infer(float... values) {
        return registry.infer(MODEL, Map.of("x", TensorValue.ofFloats(new long[] {1, values.length}, values)))
                .outputs()
                .get("y")
                .floats();
    }

    private void drain() {
        for (ShadowActivity activity : registry.drainShadows()) {
            compared += activity.compared();
            agreed += activity.agreed();
            errors += activity.errors();
            dropped += activity.dropped();
            if (activity.compared() > 0) {
                cosine = Math.min(cosine, activity.minCosine());
                assertThat(activity.latency().count()).isEqualTo(activity.compared());
                assertThat(activity.activeLatency().count()).isEqualTo(activity.compared());
            }
        }
    }

    /** Requests one after the other, each compared or dropped before the next. */
    private void requests(int count, float... values) {
        for (int i = 1; i <= count; i++) {
            infer(values);
            int until = i;
            await().pollInterval(Duration.ofMillis(2))
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> {
                        drain();
                        return compared + errors + dropped >= until;
                    });
        }
    }

    @Test
    void one_that_answers_alike_agrees_and_its_answers_are_never_given_out() {
        registry.activate(scale("fp32", 2));
        registry.shadow(scale("int8", 2.0001f), COSINE, 1);
        assertThat(infer(1, 2, 3, 0)).containsExactly(2, 4, 6, 0);
        requests(19, 1, 2, 3, 0);
        assertThat(compared).isGreaterThan(10);
        assertThat(agreed).isEqualTo(compared);
        assertThat(cosine).isGreaterThan(0.999);
        assertThat(registry.drainActivity())
                .as("its runs are no requests")
                .extracting(a -> a.stats().variant() + " " + a.stats().requests())
                .containsExactly("fp32 20");
    }

    @Test
    void one_that_answers_otherwise_does_not_agree() {
        registry.activate(scale("fp32", 2));
        registry.shadow(scale("bad", -2), ARGMAX, 1);
        requests(10, 1, 2, 3, 0);
        assertThat(compared).isPositive();
        assertThat(agreed).isZero();
        assertThat(cosine).isLessThan(-0.99);
    }

    @Test
    void the_largest_output_is_compared_row_by_row() {
        registry.activate(scale("fp32", 2));
        registry.shadow(scale("smaller", 1), ARGMAX, 1);
        requests(5, 3, 1, 2, 0);
        assertThat(agreed)
                .as("another size, the same order")
                .isEqualTo(compared)
                .isPositive();
    }

    @Test
    void no_sample_means_no_run() {
        registry.activate(scale("fp32", 2));
        registry.shadow(scale("int8", 2), COSINE, 1e-12);
        for (int i = 0; i < 200; i++) {
            infer(1, 2, 3, 0);
        }
        drain();
        assertThat(compared + errors + dropped).isZero();
    }

    @Test
    void requests_that_come_too_fast_are_answered_and_left_out() {
        registry.activate(scale("fp32", 2));
        registry.shadow(scale("int8", 2), COSINE, 1);
        for (int i = 0; i < 2000; i++) {
            assertThat(infer(1, 2, 3, 0)).containsExactly(2, 4, 6, 0);
        }
        drain();
        assertThat(dropped)
                .as("the queue is short, so that requests never wait")
                .isGreaterThan(100);
    }

    @Test
    void the_caller_may_use_its_buffer_again_at_once() {
        registry.activate(scale("fp32", 2));
        registry.shadow(scale("int8", 2), COSINE, 1);
        var input = TensorValue.ofFloats(new long[] {1, 4}, 1, 2, 3, 0);
        for (int i = 0; i < 20; i++) {
            registry.infer(MODEL, Map.of("x", input));
            input.data().asFloatBuffer().put(new float[] {i, -i, i * i, 1});
        }
        await().until(() -> {
            drain();
            return compared + dropped >= 20;
        });
        assertThat(agreed).isEqualTo(compared);
    }

    @Test
    void a_variant_that_serves_is_not_compared_with_itself_and_counts_are_of_what_serves_now() {
        registry.activate(scale("old", 2));
        registry.shadow(scale("old", 2), ARGMAX, 1);
        for (int i = 0; i < 50; i++) {
            infer(1, 2, 3, 0);
        }
        drain();
        assertThat(compared + errors + dropped).as("nothing to compare").isZero();
        registry.activate(scale("new", -2));
        var serving = registry.metadata(MODEL).orElseThrow().manifest();
        requests(5, 1, 2, 3, 0);
        infer(1, 2, 3, 0);
        await().until(() ->
                registry.drainShadows().stream().anyMatch(a -> a.served().equals(java.util.Optional.of(serving))));
        assertThat(compared).isPositive();
        assertThat(agreed).isZero();
        registry.activate(scale("old", 2));
        drain();
        long before = compared + errors + dropped;
        for (int i = 0; i < 50; i++) {
            infer(1, 2, 3, 0);
        }
        drain();
        assertThat(compared + errors + dropped).as("it serves again").isEqualTo(before);
    }

    @Test
    void it_ends_at_once_and_another_takes_its_place() {
        registry.activate(scale("fp32", 2));
        registry.shadow(scale("bad", -2), ARGMAX, 1);
        registry.shadow(scale("good", 2), ARGMAX, 1);
        requests(5, 1, 2, 3, 0);
        assertThat(agreed).isEqualTo(compared);
        assertThat(registry.endShadow(MODEL)).isTrue();
        assertThat(registry.endShadow(MODEL)).isFalse();
        assertThat(registry.drainShadows()).isEmpty();
        assertThat(infer(1, 2, 3, 0)).containsExactly(2, 4, 6, 0);
    }
}
