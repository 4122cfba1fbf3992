package dev.edgewright.compression.lowrank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.FashionNet;
import dev.edgewright.compression.SampleData;
import dev.edgewright.compression.calibration.InputMoments;
import dev.edgewright.compression.calibration.LayerReader;
import dev.edgewright.compression.cleanup.Cleanup;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.prune.Cost;
import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.runtime.LayerTimer;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import dev.edgewright.compression.runtime.ShapeInference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LowRankTest {

    @TempDir
    static Path folder;

    private static DataSource data;
    private static PassContext context;
    private static Graph graph;

    @BeforeAll
    static void prepare() throws IOException {
        data = SampleData.write(folder, 96);
        context = PassContext.of(1, data.calibration());
        graph = Cleanup.all().apply(FashionNet.residual(), context).graph();
    }

    /** Every form computes what its matrix says: a chain in ONNX Runtime equals the layer with that matrix as its weight. */
    @Test
    void everyFormComputesItsMatrix() {
        ShapeInference shapes = ShapeInference.of(graph);
        for (String name : List.of("left", "wide")) {
            Node node = graph.nodes().stream()
                    .filter(n -> n.name().equals(name))
                    .findFirst()
                    .orElseThrow();
            LayerReader layer = LayerReader.of(graph, node).orElseThrow();
            InputMoments moments = InputMoments.gather(graph, List.of(layer), data.calibration(), 8, 1)
                    .get(node.output(0));
            List<Factorisation> all = new Factoriser(
                            moments,
                            shapes.shape(node.input(0)).orElseThrow().sizes(),
                            shapes.shape(node.output(0)).orElseThrow().sizes(),
                            8)
                    .all();
            assertThat(all).extracting(Factorisation::form).contains("channel", "spatial", "tucker");
            for (Factorisation one : all) {
                assertThat(distance(chained(node, one), whole(node, layer, one)))
                        .as(name + " " + one.form() + " " + one.rank())
                        .isLessThan(1e-4);
            }
        }
    }

    private static Graph whole(Node node, LayerReader layer, Factorisation one) {
        return graph.edit().put(layer.weight(one.matrix())).build();
    }

    private static Graph chained(Node node, Factorisation one) {
        GraphEdit edit = graph.edit().remove(node);
        String value = node.input(0);
        for (int i = 0; i < one.parts().size(); i++) {
            boolean last = i == one.parts().size() - 1;
            List<String> inputs = new ArrayList<>(
                    List.of(value, edit.putFresh(one.parts().get(i).weight())));
            if (last) {
                inputs.add(node.input(2));
            }
            value = last ? node.output(0) : "inner" + i;
            edit.add(one.parts().get(i).node("part" + i, inputs, value));
        }
        return edit.build();
    }

    @Test
    void theBudgetIsKept() {
        PassResult result = new LowRank(0.7, 8).apply(graph, context);
        double before = Cost.macs(graph, ShapeInference.of(graph));
        double after = Cost.macs(result.graph(), ShapeInference.of(result.graph()));
        assertThat(after / before).isBetween(0.4, 0.7);
        assertThat(result.lineage().get(0)).startsWith("low-rank: macs 0.");
        assertThat(OnnxFile.toBytes(new LowRank(0.7, 8).apply(graph, context).graph()))
                .isEqualTo(OnnxFile.toBytes(result.graph()));
    }

    /** A dense layer so large that a chain of two small ones takes less time on any machine. */
    @Test
    void aBudgetOfTimeIsPredictedFromMeasuredChains() throws IOException {
        GraphBuilder net = GraphBuilder.named("large").seed(4);
        String x = net.relu(net.gemm(net.input("image", ElementType.FLOAT, "N", 784), "big", 784, 1024));
        Graph large = net.output(net.gemm(x, "head", 1024, 10), "logits", ElementType.FLOAT, "N", 10)
                .build();
        PassResult result = new LowRank(0.8, 8, new LayerTimer()).apply(large, context);
        assertThat(result.lineage().get(0))
                .startsWith("low-rank: predicted time 0.")
                .contains("big=channel(");
        assertThatThrownBy(() -> Recipe.parse("{name: x, steps: [{low-rank: {time: 0.5, macs: 0.5}}]}"))
                .hasMessageContaining("macs or time");
    }

    @Test
    void whatCannotBeDoneIsSaid() {
        assertThatThrownBy(() -> new LowRank(0.001, 8).apply(graph, context))
                .isInstanceOf(CompressionException.class)
                .hasMessageContaining("is the least here");
        assertThatThrownBy(() -> new LowRank(0.5, 8).apply(graph, PassContext.of(0)))
                .hasMessageContaining("needs calibration samples");
        assertThatThrownBy(() -> new LowRank(0, 8)).hasMessageContaining("above 0 and at most 1, not 0.0");
    }

    private static double distance(Graph a, Graph b) {
        Map<String, Tensor> feeds = data.validation().first(4).inputs();
        try (ModelSession left = ModelSession.open(a, SessionSettings.single());
                ModelSession right = ModelSession.open(b, SessionSettings.single())) {
            float[] x = left.run(feeds).get("logits").toFloats();
            float[] y = right.run(feeds).get("logits").toFloats();
            double lost = 0;
            double total = 0;
            for (int i = 0; i < x.length; i++) {
                lost += (x[i] - y[i]) * (x[i] - y[i]);
                total += y[i] * y[i];
            }
            return Math.sqrt(lost / total);
        }
    }
}
