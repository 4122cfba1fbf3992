package dev.edgewright.compression.cleanup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.Outputs;
import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.pass.PassContext;
import java.util.List;
import org.junit.jupiter.api.Test;

class RaiseOpsetTest {

    @Test
    void operatorSetNineComputesTheSameInSetThirteen() {
        GraphBuilder net = GraphBuilder.named("nine").opset(9).seed(4);
        String x = net.input("x", ElementType.FLOAT, 2, 3, 4, 4);
        String y = net.op(
                "Pad", List.of(x), Attribute.ofInts("pads", 0, 0, 1, 1, 0, 0, 1, 1), Attribute.ofFloat("value", 0.5f));
        y = net.op("Clip", List.of(y), Attribute.ofFloat("min", -1), Attribute.ofFloat("max", 1));
        y = net.op(
                "Upsample",
                List.of(y, net.floats("scales", new float[] {1, 1, 2, 2}, 4)),
                Attribute.ofString("mode", "nearest"));
        y = net.op(
                "Slice",
                List.of(y),
                Attribute.ofInts("starts", 1, 1),
                Attribute.ofInts("ends", 9, 9),
                Attribute.ofInts("axes", 2, 3));
        y = net.op("Softmax", List.of(y));
        y = net.op("ReduceSum", List.of(y), Attribute.ofInts("axes", 3), Attribute.ofInt("keepdims", 1));
        y = net.op("Squeeze", List.of(y), Attribute.ofInts("axes", 3));
        y = net.op("Unsqueeze", List.of(y), Attribute.ofInts("axes", 0));
        Graph graph = net.output(y, "y", ElementType.FLOAT, 1, 2, 3, 8).build();
        Graph raised = new RaiseOpset().apply(graph, PassContext.of(1)).graph();
        assertThat(raised.opset()).isEqualTo(13);
        Outputs.same(graph, raised);
    }

    @Test
    void theShareThatDropoutDropsIsNoLongerAnAttribute() {
        GraphBuilder net = GraphBuilder.named("dropout").opset(10);
        String y = net.op("Dropout", List.of(net.input("x", ElementType.FLOAT, 2)), Attribute.ofFloat("ratio", 0.1f));
        Graph graph = net.output(y, "y", ElementType.FLOAT, 2).build();
        Graph raised = new RaiseOpset().apply(graph, PassContext.of(1)).graph();
        assertThat(raised.opset()).isEqualTo(13);
        Outputs.same(graph, raised);
    }

    @Test
    void newerModelsStayAsTheyAre() {
        GraphBuilder net = GraphBuilder.named("new").opset(18);
        Graph graph = net.output(net.relu(net.input("x", ElementType.FLOAT, 2)), "y", ElementType.FLOAT, 2)
                .build();
        assertThat(new RaiseOpset().apply(graph, PassContext.of(1)).graph()).isSameAs(graph);
    }

    @Test
    void ancientModelsAreRefused() {
        GraphBuilder net = GraphBuilder.named("old").opset(6);
        Graph graph = net.output(net.relu(net.input("x", ElementType.FLOAT, 2)), "y", ElementType.FLOAT, 2)
                .build();
        assertThatThrownBy(() -> new RaiseOpset().apply(graph, PassContext.of(1)))
                .isInstanceOfSatisfying(
                        CompressionException.class, e -> assertThat(e.code()).isEqualTo(Code.OPSET_UNSUPPORTED));
    }
}
