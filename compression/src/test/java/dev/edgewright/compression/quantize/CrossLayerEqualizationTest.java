package dev.edgewright.compression.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.compression.Outputs;
import dev.edgewright.compression.SampleData;
import dev.edgewright.compression.calibration.OutputProbe;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Channels with very different ranges share one step, and most of them lose: equalising brings them together and changes no number. */
class CrossLayerEqualizationTest {

    @TempDir
    Path folder;

    /** Conv, depthwise Conv, Conv, Gemm; every layer's output channels differ in range by up to 2^spread. */
    private static Graph net(int spread) {
        GraphBuilder net = GraphBuilder.named("uneven").seed(7);
        String x = net.input("image", ElementType.FLOAT, "N", 1, 28, 28);
        x = net.maxPool(net.relu(net.conv(x, "a", 1, 16, 3, 2, 1, 1, true)), 2, 2);
        x = net.relu(net.conv(x, "depth", 16, 16, 3, 1, 1, 16, true));
        x = net.relu(net.conv(x, "b", 16, 32, 3, 2, 1, 1, true));
        x = net.gemm(net.flatten(net.globalAveragePool(x)), "head", 32, 10);
        Graph graph = net.output(x, "logits", ElementType.FLOAT, "N", 10).build();
        GraphEdit edit = graph.edit();
        scale(graph, edit, "a", 16, 9, spread, 1);
        scale(graph, edit, "depth", 16, 9, spread, -1);
        return edit.build();
    }

    /** Multiplies output channel c by 2^(+-spread * c / channels) and, for the next layer, lets its inputs be; the function differs, which is fine. */
    private static void scale(Graph graph, GraphEdit edit, String layer, int channels, int row, int spread, int sign) {
        Tensor weight = graph.initializer(layer + ".weight").orElseThrow();
        float[] values = weight.toFloats().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] *= (float) Math.pow(2, sign * spread * (double) (i / row) / channels);
        }
        edit.put(weight.withFloats(values));
    }

    @Test
    void theFloatGraphComputesTheSameToTheLastBit() {
        Graph graph = net(9);
        PassResult result = new CrossLayerEqualization().apply(graph, PassContext.of(1));
        assertThat(result.lineage()).singleElement().asString().startsWith("equalize: 3 pairs");
        assertThat(Outputs.of(result.graph()).get("logits").toFloats())
                .isEqualTo(Outputs.of(graph).get("logits").toFloats());
    }

    @Test
    void channelsThatDifferedAreWithinAFactorOfTwoAfterwards() {
        Graph graph =
                new CrossLayerEqualization().apply(net(9), PassContext.of(1)).graph();
        assertThat(new CrossLayerEqualization().apply(graph, PassContext.of(1)).changed())
                .as("a second time changes nothing")
                .isFalse();
        assertThat(new CrossLayerEqualization(1000)
                        .apply(net(9), PassContext.of(1))
                        .changed())
                .as("the screen")
                .isFalse();
    }

    @Test
    void int8IsCloserToTheFloatModelAndTheRecipeFindsThatOut() throws IOException {
        Graph graph = net(9);
        Split split = SampleData.write(folder, 64).calibration();
        OutputProbe probe = new OutputProbe(graph, split, 8);
        PassResult without = quantized(graph, split, Map.of("equalize", false));
        PassResult chosen = quantized(graph, split, Map.of());
        assertThat(probe.error(chosen.graph())).isLessThan(0.3 * probe.error(without.graph()));
        assertThat(chosen.lineage()).anyMatch(line -> line.startsWith("equalize: ") && line.contains("output error"));
        assertThat(chosen.lineage())
                .as("depthwise layers are int8 or float by measurement")
                .anyMatch(line -> line.startsWith("depthwise: 1 layers ") && line.contains("of the time"));
        PassResult even = quantized(net(0), split, Map.of());
        assertThat(even.lineage()).noneMatch(line -> line.startsWith("equalize"));
    }

    private static PassResult quantized(Graph graph, Split split, Map<String, Object> parameters) {
        return new Recipe("test", List.of(Recipe.Step.of("int8-static", parameters)))
                .passes()
                .get(0)
                .apply(graph, PassContext.of(1, split));
    }

    @Test
    void whatSomethingElseReadsTooStays() {
        GraphBuilder net = GraphBuilder.named("branch").seed(8);
        String x = net.input("image", ElementType.FLOAT, 1, 4, 8, 8);
        String first = net.relu(net.conv(x, "a", 4, 8, 3, 1, 1, 1, true));
        String second = net.conv(first, "b", 8, 8, 3, 1, 1, 1, true);
        Graph graph = net.output(net.add(first, second), "y", ElementType.FLOAT, 1, 8, 8, 8)
                .build();
        assertThat(new CrossLayerEqualization().apply(graph, PassContext.of(1)).changed())
                .isFalse();
        GraphBuilder clipped = GraphBuilder.named("clip").seed(8);
        String y = clipped.input("image", ElementType.FLOAT, 1, 4, 8, 8);
        y = clipped.sigmoid(clipped.conv(y, "a", 4, 8, 3, 1, 1, 1, true));
        y = clipped.conv(y, "b", 8, 8, 3, 1, 1, 1, true);
        assertThat(new CrossLayerEqualization()
                        .apply(
                                clipped.output(y, "y", ElementType.FLOAT, 1, 8, 8, 8)
                                        .build(),
                                PassContext.of(1))
                        .changed())
                .isFalse();
    }
}
