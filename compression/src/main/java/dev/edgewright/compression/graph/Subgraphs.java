package dev.edgewright.compression.graph;

import dev.edgewright.compression.onnx.proto.AttributeProto;
import dev.edgewright.compression.onnx.proto.GraphProto;
import dev.edgewright.compression.onnx.proto.NodeProto;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/** What the graphs inside If, Loop and Scan read from around them; their insides are never changed otherwise. */
final class Subgraphs {

    private Subgraphs() {}

    /** Names that the node's subgraphs use and do not define. */
    static Set<String> captured(NodeProto node) {
        Set<String> captured = new LinkedHashSet<>();
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasG()) {
                collect(attribute.getG(), captured);
            }
            attribute.getGraphsList().forEach(graph -> collect(graph, captured));
        }
        return captured;
    }

    private static void collect(GraphProto graph, Set<String> captured) {
        Set<String> local = locals(graph);
        for (NodeProto node : graph.getNodeList()) {
            for (String input : node.getInputList()) {
                if (!input.isEmpty() && !local.contains(input)) {
                    captured.add(input);
                }
            }
            for (String inner : captured(node)) {
                if (!local.contains(inner)) {
                    captured.add(inner);
                }
            }
        }
        graph.getOutputList().forEach(output -> {
            if (!local.contains(output.getName())) {
                captured.add(output.getName());
            }
        });
    }

    private static Set<String> locals(GraphProto graph) {
        Set<String> local = new HashSet<>();
        graph.getInputList().forEach(input -> local.add(input.getName()));
        graph.getInitializerList().forEach(tensor -> local.add(tensor.getName()));
        graph.getSparseInitializerList()
                .forEach(sparse -> local.add(sparse.getValues().getName()));
        graph.getNodeList().forEach(node -> local.addAll(node.getOutputList()));
        return local;
    }

    /** The node with every read of {@code from} turned to {@code to}, unless a subgraph defines {@code from} itself. */
    static NodeProto renameReads(NodeProto node, String from, String to) {
        NodeProto.Builder builder = node.toBuilder();
        for (int i = 0; i < builder.getInputCount(); i++) {
            if (builder.getInput(i).equals(from)) {
                builder.setInput(i, to);
            }
        }
        for (int i = 0; i < builder.getAttributeCount(); i++) {
            AttributeProto attribute = builder.getAttribute(i);
            if (!attribute.hasG() && attribute.getGraphsCount() == 0) {
                continue;
            }
            AttributeProto.Builder changed = attribute.toBuilder();
            if (attribute.hasG()) {
                changed.setG(rename(attribute.getG(), from, to));
            }
            for (int g = 0; g < attribute.getGraphsCount(); g++) {
                changed.setGraphs(g, rename(attribute.getGraphs(g), from, to));
            }
            builder.setAttribute(i, changed);
        }
        return builder.build();
    }

    private static GraphProto rename(GraphProto graph, String from, String to) {
        Set<String> local = locals(graph);
        if (local.contains(from)) {
            return graph;
        }
        if (local.contains(to)) {
            throw new IllegalStateException(
                    "a subgraph already defines " + to + "; renaming " + from + " would be caught by it");
        }
        GraphProto.Builder builder = graph.toBuilder();
        for (int i = 0; i < builder.getNodeCount(); i++) {
            builder.setNode(i, renameReads(builder.getNode(i), from, to));
        }
        for (int i = 0; i < builder.getOutputCount(); i++) {
            if (builder.getOutput(i).getName().equals(from)) {
                builder.setOutput(i, builder.getOutput(i).toBuilder().setName(to));
            }
        }
        return builder.build();
    }
}
