package dev.edgewright.compression.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.onnx.proto.GraphProto;
import dev.edgewright.compression.onnx.proto.ValueInfoProto;
import java.util.List;
import org.junit.jupiter.api.Test;

class GraphTest {

    private static GraphBuilder chain() {
        GraphBuilder net = GraphBuilder.named("chain").seed(3);
        String x = net.input("x", ElementType.FLOAT, "N", 4);
        x = net.relu(net.gemm(x, "fc1", 4, 3));
        return net.output(net.gemm(x, "fc2", 3, 2), "y", ElementType.FLOAT, "N", 2);
    }

    @Test
    void readsAsText() {
        assertThat(chain().build().toText()).isEqualTo("""
                        graph chain {onnx 17}
                          in   x: float[N,4]
                          init fc1.weight: float[3,4]
                          init fc1.bias: float[3] = [0.0, 0.0, 0.0]
                          init fc2.weight: float[2,3] = %s
                          init fc2.bias: float[2] = [0.0, 0.0]
                          fc1_out = Gemm(x, fc1.weight, fc1.bias) {transB=1}
                          relu_out = Relu(fc1_out)
                          y = Gemm(relu_out, fc2.weight, fc2.bias) {transB=1}
                          out  y: float[N,2]
                        """.formatted(java.util.Arrays.toString(
                chain().build().initializer("fc2.weight").orElseThrow().toFloats())));
    }

    @Test
    void indexesUsesAndDefinitions() {
        Graph graph = chain().build();
        assertThat(graph.producer("y").orElseThrow().op()).isEqualTo("Gemm");
        assertThat(graph.consumers("fc1_out")).extracting(Node::op).containsExactly("Relu");
        assertThat(graph.hasOneUse("fc1_out")).isTrue();
        assertThat(graph.hasOneUse("y")).isFalse();
        assertThat(graph.constant("fc1.bias")).isPresent();
        assertThat(graph.constant("x")).isEmpty();
        assertThat(graph.parameters()).isEqualTo(12 + 3 + 6 + 2);
    }

    @Test
    void editLeavesTheOriginalAloneAndSharesWeights() {
        Graph graph = chain().build();
        Node relu = graph.nodes("Relu").get(0);
        Graph without = graph.edit()
                .remove(relu)
                .redirect(relu.output(0), relu.input(0))
                .build();
        assertThat(graph.nodes()).hasSize(3);
        assertThat(without.nodes()).hasSize(2);
        assertThat(without.nodes().get(1).input(0)).isEqualTo("fc1_out");
        assertThat(without.initializer("fc1.weight").orElseThrow())
                .isSameAs(graph.initializer("fc1.weight").orElseThrow());
    }

    @Test
    void addedNodesLandBeforeTheirFirstReader() {
        Graph graph = chain().build();
        Node first = graph.nodes().get(0);
        Graph changed = graph.edit()
                .replace(first, first.withInput(0, "x2"))
                .add(Node.of("Neg", "neg", List.of("x"), List.of("x2")))
                .build();
        assertThat(changed.nodes()).extracting(Node::op).containsExactly("Neg", "Gemm", "Relu", "Gemm");
    }

    @Test
    void undefinedDoubleAndCyclicValuesAreRefused() {
        Graph graph = chain().build();
        assertThatThrownBy(() -> graph.edit().remove(graph.nodes().get(0)).build())
                .isInstanceOf(CompressionException.class)
                .hasMessageContaining("fc1_out, which nothing defines");
        assertThatThrownBy(() -> graph.edit()
                        .add(Node.of("Neg", "n", List.of("x"), List.of("y")))
                        .build())
                .hasMessageContaining("defined twice");
        assertThatThrownBy(() -> graph.edit()
                        .add(Node.of("Neg", "a", List.of("b"), List.of("a")))
                        .add(Node.of("Neg", "b", List.of("a"), List.of("b")))
                        .build())
                .hasMessageContaining("cycle");
    }

    @Test
    void subgraphsAreReadersAndAreRenamedWithTheRest() {
        GraphProto branch = GraphProto.newBuilder()
                .setName("branch")
                .addNode(Node.of("Neg", "neg", List.of("t"), List.of("r")).proto())
                .addOutput(ValueInfoProto.newBuilder().setName("r"))
                .build();
        GraphBuilder net = GraphBuilder.named("if");
        String x = net.input("x", ElementType.FLOAT, 4);
        String condition = net.input("c", ElementType.BOOL);
        net.node(Node.of("Identity", "id", List.of(x), List.of("t")));
        net.node(Node.of(
                "If",
                "if",
                List.of(condition),
                List.of("y"),
                Attribute.ofGraph("then_branch", branch),
                Attribute.ofGraph("else_branch", branch)));
        Graph graph = net.output("y", "y", ElementType.FLOAT, 4).build();
        assertThat(graph.consumers("t")).extracting(Node::op).containsExactly("If");
        assertThat(graph.hasOneUse("t")).isFalse();
        Graph changed = graph.edit()
                .remove(graph.nodes("Identity").get(0))
                .redirect("t", "x")
                .build();
        assertThat(changed.nodes().get(0).captured()).containsExactly("x");
    }

    @Test
    void freshNamesAvoidEverything() {
        GraphEdit edit = chain().build().edit();
        assertThat(edit.freshName("y")).isEqualTo("y_1");
        assertThat(edit.freshName("y")).isEqualTo("y_2");
        assertThat(edit.freshName("new")).isEqualTo("new");
    }

    @Test
    void constantNodesCountAsConstants() {
        GraphBuilder net = GraphBuilder.named("constant");
        String x = net.input("x", ElementType.FLOAT, 2);
        net.node(Node.of(
                "Constant",
                "k",
                List.of(),
                List.of("k"),
                Attribute.ofTensor("value", Tensor.ofFloats("", new float[] {1, 2}, 2))));
        Graph graph = net.output(net.add(x, "k"), "y", ElementType.FLOAT, 2).build();
        assertThat(graph.constant("k").orElseThrow().toFloats()).containsExactly(1, 2);
    }
}
