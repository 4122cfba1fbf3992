package dev.edgewright.compression.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.compression.FashionNet;
import dev.edgewright.compression.Outputs;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Shape;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.ValueInfo;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.onnx.proto.AttributeProto;
import dev.edgewright.compression.onnx.proto.GraphProto;
import dev.edgewright.compression.onnx.proto.NodeProto;
import dev.edgewright.compression.onnx.proto.ValueInfoProto;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShortNamesTest {

    private static Graph shortened(Graph graph) {
        PassResult result = new ShortNames().apply(graph, PassContext.of(1));
        Outputs.same(graph, result.graph());
        return result.graph();
    }

    @Test
    void valuesAndInitialisersGetShortNamesAndLayersKeepTheirs() {
        Graph graph = FashionNet.residual();
        Graph shorter = shortened(graph);
        assertThat(shorter.initializers().keySet()).allMatch(name -> name.length() <= 2);
        assertThat(shorter.nodes().stream().map(Node::name))
                .containsExactlyElementsOf(
                        graph.nodes().stream().map(Node::name).toList());
        assertThat(shorter.inputs()).hasSameSizeAs(graph.inputs());
        assertThat(shorter.inputs().get(0).name())
                .isEqualTo(graph.inputs().get(0).name());
        assertThat(shorter.outputs().get(0).name())
                .isEqualTo(graph.outputs().get(0).name());
        assertThat(OnnxFile.toBytes(shorter).length).isLessThan(OnnxFile.toBytes(graph).length);
    }

    @Test
    void aSecondTimeNothingIsLeftToDo() {
        Graph shorter = shortened(FashionNet.residual());
        assertThat(new ShortNames().apply(shorter, PassContext.of(1)).changed()).isFalse();
    }

    @Test
    void documentationAndAnnotationsGo() {
        GraphBuilder net = GraphBuilder.named("documented");
        String x = net.input("x", ElementType.FLOAT, 1, 3);
        Graph plain =
                net.output(net.relu(net.relu(x)), "y", ElementType.FLOAT, 1, 3).build();
        Node first = plain.nodes().get(0);
        Graph graph = plain.edit()
                .replace(
                        first,
                        Node.of(first.proto().toBuilder()
                                .setDocString("File \"model.py\", line 7")
                                .build()))
                .annotate(ValueInfo.tensor(first.output(0), ElementType.FLOAT, Shape.of(1, 3)))
                .build();
        Graph shorter = shortened(graph);
        assertThat(shorter.valueInfo()).isEmpty();
        assertThat(shorter.nodes().get(0).proto().getDocString()).isEmpty();
    }

    /** The names a and b are taken: a is an input, b lives inside the branch of an If that also reads a value from outside. */
    @Test
    void namesOfSubgraphsAreNeitherTakenNorHidden() {
        GraphBuilder net = GraphBuilder.named("branches");
        String input = net.input("a", ElementType.FLOAT, 2);
        String outside = net.relu(input);
        Graph straight = net.output(outside, "unused", ElementType.FLOAT, 2).build();
        String captured = straight.nodes().get(0).output(0);
        Node choice = Node.of(NodeProto.newBuilder()
                .setOpType("If")
                .setName("choice")
                .addInput("which_of_the_two")
                .addOutput("y")
                .addAttribute(branch("then_branch", captured))
                .addAttribute(branch("else_branch", captured))
                .build());
        Graph graph = straight.edit()
                .put(Tensor.ofRaw("which_of_the_two", ElementType.BOOL, new long[0], new byte[] {1}))
                .add(choice)
                .setOutputs(List.of(ValueInfo.tensor("y", ElementType.FLOAT, Shape.of(2))))
                .build();
        Graph shorter = shortened(graph);
        assertThat(shorter.initializers().keySet()).doesNotContain("which_of_the_two", "a", "b");
        assertThat(shorter.nodes("If").get(0).captured())
                .doesNotContain(captured)
                .noneMatch(List.of("a", "b")::contains);
    }

    private static AttributeProto branch(String name, String reads) {
        GraphProto.Builder body = GraphProto.newBuilder()
                .setName(name)
                .addNode(NodeProto.newBuilder().setOpType("Neg").addInput(reads).addOutput("b"))
                .addNode(NodeProto.newBuilder().setOpType("Abs").addInput("b").addOutput(name + "_result"))
                .addOutput(ValueInfoProto.newBuilder()
                        .setName(name + "_result")
                        .setType(ValueInfo.tensor("t", ElementType.FLOAT, Shape.of(2))
                                .proto()
                                .getType()));
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.GRAPH)
                .setG(body)
                .build();
    }

    @Test
    void aModelWhoseOtherPartsSpeakOfValuesByNameIsLeftAlone() {
        Graph graph = FashionNet.residual();
        var model = graph.toModel().toBuilder();
        model.getGraphBuilder().addQuantizationAnnotationBuilder().setTensorName("stem.weight");
        Graph annotated = Graph.of(model.build());
        PassResult result = new ShortNames().apply(annotated, PassContext.of(1));
        assertThat(result.changed()).isFalse();
        assertThat(result.notes()).singleElement().asString().contains("by name");
    }
}
