package dev.edgewright.compression.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.compression.FashionNet;
import dev.edgewright.compression.Outputs;
import dev.edgewright.compression.SampleData;
import dev.edgewright.compression.cleanup.Cleanup;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.runtime.OptimizedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FusionVerifierTest {

    @TempDir
    Path folder;

    private Graph quantized(Map<String, Object> parameters) throws IOException {
        Split split = SampleData.write(folder, 32).calibration();
        PassContext context = PassContext.of(1, split);
        Graph clean = Cleanup.all().apply(FashionNet.residual(), context).graph();
        return new Recipe("test", List.of(Recipe.Step.of("int8-static", parameters)))
                .passes()
                .get(0)
                .apply(clean, context)
                .graph();
    }

    @Test
    void everyLayerOfAResidualNetworkFuses() throws IOException {
        assertThat(FusionVerifier.verify(quantized(Map.of()))).isEmpty();
    }

    @Test
    void whatIsWrittenToBeDeployedFusesAsBeforeInFewerBytes() throws IOException {
        Graph graph = quantized(Map.of());
        Graph deployed = Cleanup.forDeployment().apply(graph, PassContext.of(1)).graph();
        Outputs.same(graph, deployed);
        assertThat(FusionVerifier.verify(deployed)).isEmpty();
        List<String> before =
                OptimizedModel.of(graph).nodes().stream().map(Node::op).toList();
        assertThat(OptimizedModel.of(deployed).nodes()).extracting(Node::op).containsExactlyElementsOf(before);
        assertThat(OnnxFile.toBytes(deployed).length).isLessThan(OnnxFile.toBytes(graph).length - 2000);
        assertThat(deployed.initializers().values().stream()
                        .filter(tensor -> tensor.type() == ElementType.INT32 && tensor.elements() == 32)
                        .filter(tensor -> Arrays.stream(tensor.toLongs()).allMatch(code -> code == 0)))
                .as("the zero points of biases of one width")
                .hasSize(1);
    }

    @Test
    void anActivationBetweenConvAndQuantizeIsFoundAndNamed() throws IOException {
        Graph graph = quantized(Map.of());
        Node relu = graph.producer("relu_out").orElseThrow();
        Graph broken = graph.edit().replace(relu, relu.withOp("Tanh")).build();
        assertThat(FusionVerifier.verify(broken)).singleElement().satisfies(finding -> {
            assertThat(finding.weight()).startsWith("stem.weight");
            assertThat(finding.reason()).contains("Tanh stands between Conv and QuantizeLinear");
        });
    }

    @Test
    void aLayerThatIsKeptFloatIsNotQuantisedBehindOurBack() throws IOException {
        Graph graph = quantized(Map.of("keep-float", List.of("left", "head")));
        assertThat(FusionVerifier.verify(graph)).isEmpty();
        assertThat(graph.initializers()).containsKey("head.weight").doesNotContainKey("head.weight_quantized");
        Graph optimized = OptimizedModel.of(graph);
        assertThat(optimized.nodes()).extracting(Node::op).contains("Gemm").doesNotContain("QGemm");
    }

    @Test
    void whatDoesNotFuseIsGivenBackToFloat() throws IOException {
        // int8 activations that branch do not fuse on x86; on Arm everything does, and then there is nothing to give
        // back.
        Graph graph = quantized(Map.of("activations", "int8"));
        assertThat(FusionVerifier.verify(graph)).isEmpty();
    }
}
