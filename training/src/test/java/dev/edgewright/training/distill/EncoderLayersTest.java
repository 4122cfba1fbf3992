package dev.edgewright.training.distill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import dev.edgewright.training.architecture.Architectures;
import dev.edgewright.training.trainer.Toys;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EncoderLayersTest {

    /** Values between -1 and 1 that differ. */
    private static float[] values(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) Math.sin(i * 1.7);
        }
        return values;
    }

    private static float[] run(Graph graph, Map<String, Tensor> feeds) {
        try (ModelSession session = ModelSession.open(graph, SessionSettings.single())) {
            return session.run(feeds).get(graph.outputs().get(0).name()).toFloats();
        }
    }

    @Test
    void anEncoderWithNormalisationBeforeAttentionLosesItsFirstLayer() {
        Graph whole = Architectures.byName("encoder", new long[] {6, 5}, 3, 1);
        assertThat(EncoderLayers.entries(whole)).hasSize(2);
        Graph half = Students.shallowed(whole, 1);
        assertThat(EncoderLayers.entries(half)).hasSize(1);
        assertThat(half.parameters()).isLessThan(whole.parameters());
        assertThat(half.initializers().keySet()).isSubsetOf(whole.initializers().keySet());
        Map<String, Tensor> feeds = Map.of(whole.feeds().get(0).name(), Tensor.ofFloats("x", values(2 * 30), 2, 6, 5));
        assertThat(run(half, feeds)).hasSize(6).isNotEqualTo(run(whole, feeds));
    }

    @Test
    void oneLayerStaysHoweverManyAreToGo() {
        Graph whole = Architectures.byName("encoder", new long[] {6, 5}, 3, 1);
        assertThat(EncoderLayers.entries(Students.shallowed(whole, 9))).hasSize(1);
    }

    @Test
    void aConvolutionalNetworkHasNoSuchLayers() {
        assertThat(EncoderLayers.entries(Toys.cnn(1, 4, 4))).isEmpty();
    }

    @Test
    void everySecondLayerOfMiniLmStaysAndTheLastIsAmongThem() throws Exception {
        Graph whole;
        try (InputStream in = getClass().getResourceAsStream("/all-minilm-l6-v2.onnx")) {
            whole = OnnxFile.parse(in.readAllBytes());
        }
        assertThat(EncoderLayers.entries(whole)).hasSize(6);
        Graph half = Students.shallowed(whole, 3);
        for (int layer = 0; layer < 6; layer++) {
            String bias = "encoder.layer." + layer + ".output.dense.bias";
            assertThat(half.initializers().containsKey(bias)).as(bias).isEqualTo(layer % 2 == 1);
        }
        assertThat(half.parameters()).isBetween(17_000_000L, 17_600_000L);
        Map<String, Tensor> feeds = new HashMap<>();
        half.feeds()
                .forEach(input -> feeds.put(
                        input.name(),
                        Tensor.ofLongs(
                                input.name(),
                                input.name().contains("ids")
                                        ? new long[] {101, 7592, 2088, 102}
                                        : new long[] {1, 1, 1, 1},
                                1,
                                4)));
        feeds.put("token_type_ids", Tensor.ofLongs("token_type_ids", new long[4], 1, 4));
        assertThat(run(half, feeds)).hasSize(4 * 384);
    }
}
