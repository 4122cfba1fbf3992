package dev.edgewright.compression.graph;

import dev.edgewright.compression.onnx.proto.GraphProto;
import java.util.Set;

/** The names inside subgraphs, which a new name in the graph around them must not hide. */
final class Names {

    private Names() {}

    static void collect(GraphProto graph, Set<String> names) {
        graph.getInputList().forEach(input -> names.add(input.getName()));
        graph.getInitializerList().forEach(tensor -> names.add(tensor.getName()));
        graph.getNodeList().forEach(node -> {
            names.addAll(node.getOutputList());
            names.addAll(node.getInputList());
            Node.of(node).subgraphs().forEach(inner -> collect(inner, names));
        });
    }
}
