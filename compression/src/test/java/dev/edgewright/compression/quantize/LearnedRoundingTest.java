package dev.edgewright.compression.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.compression.FashionNet;
import dev.edgewright.compression.SampleData;
import dev.edgewright.compression.calibration.InputMoments;
import dev.edgewright.compression.calibration.OutputProbe;
import dev.edgewright.compression.cleanup.Cleanup;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearnedRoundingTest {

    @TempDir
    Path folder;

    private Split split;
    private Graph graph;

    @BeforeEach
    void prepare() throws IOException {
        split = SampleData.write(folder, 128).calibration();
        graph = Cleanup.all()
                .apply(FashionNet.residual(), PassContext.of(1, split))
                .graph();
    }

    private PassResult rounded(StaticInt8Options options) {
        Map<String, InputMoments> moments = InputMoments.gather(graph, LearnedRounding.layers(graph), split, 8, 1);
        return new LearnedRounding(options, moments).apply(graph, PassContext.of(1, split));
    }

    @Test
    void weightsLieOnTheGridOfTheOldScales() {
        Graph result = rounded(StaticInt8Options.defaults()).graph();
        for (Node node : graph.nodes("Conv")) {
            Tensor before = graph.constant(node.input(1)).orElseThrow();
            Tensor after = result.constant(
                            result.producer(node.output(0)).orElseThrow().input(1))
                    .orElseThrow();
            WeightCodes old = WeightCodes.of(before, 0, true, 127, new float[0]);
            WeightCodes now = WeightCodes.of(after, 0, true, 127, new float[0]);
            assertThat(now.scales()).usingComparatorWithPrecision(1e-9f).containsExactly(old.scales());
            float[] exact = after.toFloats();
            float[] coded = now.dequantized(after.sizes());
            for (int i = 0; i < exact.length; i++) {
                assertThat(coded[i]).isCloseTo(exact[i], org.assertj.core.api.Assertions.within(1e-6f));
            }
            assertThat(now.codes()).as(node.name()).isNotEqualTo(old.codes());
        }
    }

    @Test
    void theLayersErrorFallsAndIsTold() {
        String line = rounded(StaticInt8Options.defaults()).lineage().get(0);
        assertThat(line).startsWith("learned-rounding: ").contains("of 5 layers moved");
        double left = Double.parseDouble(line.replaceAll(".*moved, ([0-9.]+) of.*", "$1"));
        assertThat(left).isBetween(0.0, 0.7);
    }

    @Test
    void coarseWeightsGainMostAtTheModelsOutput() {
        OutputProbe probe = new OutputProbe(graph, split, 8);
        double nearest = probe.error(quantized(Map.of("weight-bits", 7)).graph());
        PassResult learned = quantized(Map.of("weight-bits", 7, "rounding", "learned"));
        assertThat(probe.error(learned.graph())).isLessThan(nearest);
        assertThat(learned.lineage()).anyMatch(line -> line.startsWith("learned-rounding"));
    }

    private PassResult quantized(Map<String, Object> parameters) {
        return new Recipe("test", List.of(Recipe.Step.of("int8-static", parameters)))
                .passes()
                .get(0)
                .apply(graph, PassContext.of(1, split));
    }
}
