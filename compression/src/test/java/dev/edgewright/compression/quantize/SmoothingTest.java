package dev.edgewright.compression.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.compression.Outputs;
import dev.edgewright.compression.SampleData;
import dev.edgewright.compression.calibration.ActivationStatistics;
import dev.edgewright.compression.calibration.OutputProbe;
import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few channels behind a LayerNormalization that are far larger than the rest take all the codes; their size moves into the weights. */
class SmoothingTest {

    private static final int WIDTH = 64;

    @TempDir
    Path folder;

    private Split split;

    @BeforeEach
    void data() throws IOException {
        split = SampleData.write(folder, 64).calibration();
    }

    /** Gemm, LayerNormalization with outliers in three channels, two products that read it, their sum. */
    private static Graph net(boolean fused, boolean residual) {
        GraphBuilder net = GraphBuilder.named("outliers").opset(17).seed(9);
        String x = net.input("image", ElementType.FLOAT, "N", 784);
        x = net.gemm(x, "embed", 784, WIDTH);
        float[] gamma = new float[WIDTH];
        float[] beta = new float[WIDTH];
        for (int c = 0; c < WIDTH; c++) {
            gamma[c] = c % 20 == 5 ? 60 : 1;
            beta[c] = c % 7 == 0 ? 0.3f : 0;
        }
        String weight = net.floats("gamma", gamma, WIDTH);
        String bias = net.floats("beta", beta, WIDTH);
        String norm = fused
                ? net.op("LayerNormalization", List.of(x, weight, bias), Attribute.ofInt("axis", -1))
                : written(net, x, weight, bias);
        String sum = net.add(net.gemm(norm, "q", WIDTH, 48), net.gemm(norm, "k", WIDTH, 48));
        if (residual) {
            norm = net.add(norm, net.gemm(net.relu(sum), "back", 48, WIDTH));
            return net.output(net.gemm(norm, "head", WIDTH, 10), "logits", ElementType.FLOAT, "N", 10)
                    .build();
        }
        return net.output(net.gemm(net.relu(sum), "head", 48, 10), "logits", ElementType.FLOAT, "N", 10)
                .build();
    }

    /** The same written out, as exporters did before operator set 17. */
    private static String written(GraphBuilder net, String x, String weight, String bias) {
        String mean = net.op("ReduceMean", List.of(x), Attribute.ofInts("axes", -1));
        String centred = net.op("Sub", List.of(x, mean));
        String variance = net.op("ReduceMean", List.of(net.mul(centred, centred)), Attribute.ofInts("axes", -1));
        String deviation = net.op("Sqrt", List.of(net.add(variance, net.floats("epsilon", new float[] {1e-5f}))));
        return net.add(net.mul(net.op("Div", List.of(centred, deviation)), weight), bias);
    }

    private PassResult smoothed(Graph graph) {
        PassContext context = PassContext.of(1, split);
        ActivationStatistics statistics = ActivationStatistics.gather(
                graph,
                split,
                StaticInt8.watched(graph, context),
                Batching.of(graph.feeds(), ActivationStatistics.BATCH));
        return new Smoothing(statistics, OptionalDouble.empty()).apply(graph, context);
    }

    @Test
    void theFloatGraphComputesTheSameToTheLastBit() {
        for (boolean fused : new boolean[] {true, false}) {
            Graph graph = net(fused, false);
            PassResult result = smoothed(graph);
            assertThat(result.changed()).as("fused=" + fused).isTrue();
            assertThat(result.lineage().get(0)).startsWith("smooth: ").contains("alpha=", "noise=0.");
            assertThat(Outputs.of(result.graph()).get("logits").toFloats())
                    .isEqualTo(Outputs.of(graph).get("logits").toFloats());
        }
    }

    @Test
    void int8IsCloserToTheFloatModelAndTheRecipeFindsThatOut() {
        Graph graph = net(true, false);
        OutputProbe probe = new OutputProbe(graph, split, 8);
        PassResult without = quantized(graph, Map.of("smooth", false));
        PassResult chosen = quantized(graph, Map.of());
        assertThat(probe.error(chosen.graph())).isLessThan(0.5 * probe.error(without.graph()));
        assertThat(chosen.lineage()).anyMatch(line -> line.startsWith("smooth: ") && line.contains("output error"));
    }

    private PassResult quantized(Graph graph, Map<String, Object> parameters) {
        return new Recipe("test", List.of(Recipe.Step.of("int8-static", parameters)))
                .passes()
                .get(0)
                .apply(graph, PassContext.of(1, split));
    }

    @Test
    void aNormalisationThatIsAlsoAddedToSomethingStays() {
        PassResult result = smoothed(net(true, true));
        assertThat(result.changed()).isFalse();
        assertThat(result.notes()).singleElement().asString().contains("something else than layers");
    }
}
