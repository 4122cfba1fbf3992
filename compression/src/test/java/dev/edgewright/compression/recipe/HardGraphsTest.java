package dev.edgewright.compression.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.SampleData;
import dev.edgewright.compression.cleanup.Cleanup;
import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every named recipe on every awkward graph gives a model that runs and agrees, or says what it cannot take; it never breaks one. */
class HardGraphsTest {

    @TempDir
    static Path folder;

    private static Split split;
    private static Split single;

    @BeforeAll
    static void data() throws IOException {
        split = SampleData.write(folder, 64).calibration();
        single = split.limit(1);
    }

    private static GraphBuilder net(String name) {
        return GraphBuilder.named(name).opset("com.microsoft", 1).seed(17);
    }

    /** Two convolutions and a head over images whose sizes are all symbols, or fixed. */
    private static Graph images(GraphBuilder net, Object batch, Object side, boolean customOperator) {
        String x = net.input("image", ElementType.FLOAT, batch, 1, side, side);
        x = net.relu(net.conv(x, "a", 1, 16, 3, 2, 1, 1, true));
        if (customOperator) {
            x = net.op("com.microsoft", "Gelu", "custom", List.of(x));
        }
        x = net.relu(net.conv(x, "b", 16, 16, 3, 2, 1, 1, true));
        x = net.gemm(net.flatten(net.globalAveragePool(x)), "head", 16, 10);
        return net.output(x, "logits", ElementType.FLOAT, batch, 10).build();
    }

    /** Both convolutions and both dense layers read one weight each. */
    private static Graph shared() {
        GraphBuilder net = net("shared");
        String x = net.input("image", ElementType.FLOAT, "N", 784);
        x = net.relu(net.gemm(x, "in", 784, 16));
        x = net.relu(net.gemm(x, "a", 16, 16));
        x = net.op("Gemm", List.of(x, "a.weight", "a.bias"), Attribute.ofInt("transB", 1));
        return net.output(net.gemm(net.relu(x), "head", 16, 10), "logits", ElementType.FLOAT, "N", 10)
                .build();
    }

    private static Graph constantNodes() {
        Graph graph = images(net("constants"), "N", 28, false);
        GraphEdit edit = graph.edit();
        graph.initializers().values().forEach(tensor -> {
            edit.removeInitializer(tensor.name());
            edit.add(Node.of(
                    "Constant",
                    tensor.name() + "_node",
                    List.of(),
                    List.of(tensor.name()),
                    Attribute.ofTensor("value", tensor)));
        });
        return edit.build();
    }

    private static Graph withoutInitializers() {
        GraphBuilder net = net("none");
        String x = net.input("image", ElementType.FLOAT, "N", 784);
        return net.output(net.op("Tanh", List.of(net.relu(x))), "logits", ElementType.FLOAT, "N", 784)
                .build();
    }

    private static Graph withWeight(String name, float value) {
        Graph graph = images(net("weight"), "N", 28, false);
        Tensor weight = graph.initializer(name).orElseThrow();
        float[] values = weight.toFloats().clone();
        values[3] = value;
        return graph.edit().put(weight.withFloats(values)).build();
    }

    /** Convolutions whose weights are all zero: their outputs are constants. */
    private static Graph silent() {
        Graph graph = images(net("silent"), "N", 28, false);
        Tensor weight = graph.initializer("a.weight").orElseThrow();
        return graph.edit()
                .put(weight.withFloats(new float[(int) weight.elements()]))
                .build();
    }

    static Stream<Arguments> fineGraphs() {
        Map<String, Graph> graphs = new LinkedHashMap<>();
        graphs.put("symbolic height and width", images(net("dynamic"), "N", "S", false));
        graphs.put("fixed batch", images(net("fixed"), 4, 28, false));
        graphs.put("operator of another domain", images(net("custom"), "N", 28, true));
        graphs.put("shared weights", shared());
        graphs.put("weights in Constant nodes", constantNodes());
        graphs.put("no initialisers", withoutInitializers());
        graphs.put("constant activations", silent());
        return graphs.entrySet().stream()
                .flatMap(entry ->
                        Recipe.names().stream().map(recipe -> arguments(entry.getKey(), recipe, entry.getValue())));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("fineGraphs")
    void givesAModelThatAgreesOrSaysWhy(String what, String recipe, Graph graph) {
        Graph made;
        try {
            made = apply(recipe, graph, what.equals("constant activations") ? single : split);
        } catch (CompressionException e) {
            assertThat(e.code()).as(e.getMessage()).isEqualTo(Code.RECIPE_INVALID);
            assertThat(recipe).as("a recipe without a budget takes everything").matches("prune.*|low-rank");
            assertThat(e.getMessage()).contains("is the least");
            return;
        }
        float[] want = outputs(graph);
        float[] have = outputs(made);
        double dot = 0;
        double a = 0;
        double b = 0;
        for (int i = 0; i < want.length; i++) {
            assertThat(have[i]).isFinite();
            dot += want[i] * have[i];
            a += want[i] * want[i];
            b += have[i] * have[i];
        }
        assertThat(have).hasSameSizeAs(want);
        assertThat(a == 0 && b == 0 ? 1 : dot / Math.sqrt(a * b)).as("cosine").isGreaterThan(0.8);
    }

    static Stream<Arguments> brokenGraphs() {
        return Stream.of(Float.NaN, Float.POSITIVE_INFINITY)
                .flatMap(value -> Stream.of("int8-static", "int8-static-avx2", "int8-dynamic", "weight-only-int8")
                        .map(recipe -> arguments(value, recipe)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("brokenGraphs")
    void weightsThatAreNotFiniteAreNamed(float value, String recipe) {
        Graph graph = withWeight("head.weight", value);
        assertThatThrownBy(() -> apply(recipe, graph, split)).isInstanceOfSatisfying(CompressionException.class, e -> {
            assertThat(e.code()).isEqualTo(Code.WEIGHTS_NOT_FINITE);
            assertThat(e.getMessage()).contains("head.weight", String.valueOf(value));
        });
    }

    private static Graph apply(String recipe, Graph graph, Split data) {
        PassContext context = PassContext.of(1, null, data, graph);
        Graph made = Cleanup.all().apply(graph, context).graph();
        for (Pass pass : Recipe.named(recipe).passes()) {
            made = pass.apply(made, context).graph();
        }
        return made;
    }

    private static float[] outputs(Graph graph) {
        Batching batching = Batching.of(graph.feeds(), 4);
        try (ModelSession session = ModelSession.open(graph, SessionSettings.single())) {
            return session.run(batching.fit(split.first(batching.size())).inputs())
                    .values()
                    .iterator()
                    .next()
                    .toFloats();
        }
    }
}
