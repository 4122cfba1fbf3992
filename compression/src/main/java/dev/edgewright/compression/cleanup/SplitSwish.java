package dev.edgewright.compression.cleanup;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import java.util.List;

/**
 * Brings the gated activations into forms with an int8 kernel: Swish (SiLU) and HardSwish as single operators have none, but Sigmoid and Mul
 * have, so Swish becomes x * Sigmoid(x). HardSwish stays: its inner HardSigmoid has no kernel either, and float is then the shortest way.
 */
public final class SplitSwish implements Pass {

    @Override
    public String name() {
        return "split-swish";
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        GraphEdit edit = graph.edit();
        int split = 0;
        for (Node node : graph.nodes()) {
            boolean swish = node.is("Swish")
                    || node.op().equals("QuickGelu") && node.domain().equals("com.microsoft");
            float alpha = node.floatAttribute("alpha", node.is("Swish") ? 1f : 1.702f);
            if (!swish || alpha != 1f) {
                continue;
            }
            String gate = edit.freshName(node.output(0) + "_gate");
            edit.replace(
                    node,
                    Node.of("Sigmoid", node.output(0) + "_sigmoid", List.of(node.input(0)), List.of(gate)),
                    Node.of("Mul", node.name(), List.of(node.input(0), gate), List.of(node.output(0))));
            split++;
        }
        return split == 0
                ? PassResult.unchanged(graph)
                : PassResult.changed(edit.build(), "split-swish: wrote " + split + " Swish as Sigmoid and Mul");
    }
}
