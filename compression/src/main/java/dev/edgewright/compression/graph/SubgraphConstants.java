package dev.edgewright.compression.graph;

import dev.edgewright.compression.onnx.proto.AttributeProto;
import dev.edgewright.compression.onnx.proto.GraphProto;
import dev.edgewright.compression.onnx.proto.NodeProto;
import dev.edgewright.compression.onnx.proto.TensorProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Changes how constants inside If, Loop and Scan are stored: Constant nodes and initialisers, however deep. */
final class SubgraphConstants {

    private SubgraphConstants() {}

    static NodeProto store(NodeProto node, Function<Tensor, Optional<Tensor>> stored) {
        NodeProto.Builder builder = node.toBuilder();
        for (int i = 0; i < builder.getAttributeCount(); i++) {
            AttributeProto attribute = builder.getAttribute(i);
            AttributeProto.Builder changed = attribute.toBuilder();
            if (attribute.hasG()) {
                changed.setG(store(attribute.getG(), stored));
            }
            for (int g = 0; g < attribute.getGraphsCount(); g++) {
                changed.setGraphs(g, store(attribute.getGraphs(g), stored));
            }
            builder.setAttribute(i, changed);
        }
        return builder.build();
    }

    private static GraphProto store(GraphProto graph, Function<Tensor, Optional<Tensor>> stored) {
        Set<String> taken = names(graph);
        GraphProto.Builder builder = graph.toBuilder().clearNode().clearInitializer();
        List<NodeProto> nodes = new ArrayList<>();
        for (TensorProto initializer : graph.getInitializerList()) {
            Optional<Tensor> other = other(initializer, initializer.getName(), taken, stored);
            if (other.isPresent()) {
                builder.addInitializer(other.get().inlineProto());
                nodes.add(cast(other.get().name(), initializer.getName(), initializer.getDataType()));
            } else {
                builder.addInitializer(initializer);
            }
        }
        for (NodeProto node : graph.getNodeList()) {
            Optional<TensorProto> value = constant(node);
            Optional<Tensor> other = value.flatMap(tensor -> other(tensor, node.getOutput(0), taken, stored));
            if (other.isPresent()) {
                nodes.add(node.toBuilder()
                        .setOutput(0, other.get().name())
                        .setAttribute(
                                0,
                                node.getAttribute(0).toBuilder()
                                        .setT(other.get().inlineProto()))
                        .build());
                nodes.add(
                        cast(other.get().name(), node.getOutput(0), value.get().getDataType()));
            } else {
                nodes.add(store(node, stored));
            }
        }
        return builder.addAllNode(nodes).build();
    }

    private static Optional<TensorProto> constant(NodeProto node) {
        return node.getOpType().equals("Constant")
                        && node.getAttributeCount() == 1
                        && node.getAttribute(0).hasT()
                ? Optional.of(node.getAttribute(0).getT())
                : Optional.empty();
    }

    private static Optional<Tensor> other(
            TensorProto tensor, String name, Set<String> taken, Function<Tensor, Optional<Tensor>> stored) {
        if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
            return Optional.empty();
        }
        return stored.apply(Tensor.of(tensor)).map(other -> {
            String fresh = name + "_stored";
            while (!taken.add(fresh)) {
                fresh += "_";
            }
            return other.withName(fresh);
        });
    }

    private static NodeProto cast(String from, String to, int type) {
        return NodeProto.newBuilder()
                .setOpType("Cast")
                .setName(to + "_Cast")
                .addInput(from)
                .addOutput(to)
                .addAttribute(AttributeProto.newBuilder()
                        .setName("to")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(type))
                .build();
    }

    private static Set<String> names(GraphProto graph) {
        Set<String> names = new HashSet<>();
        graph.getInputList().forEach(input -> names.add(input.getName()));
        graph.getInitializerList().forEach(tensor -> names.add(tensor.getName()));
        graph.getNodeList().forEach(node -> {
            names.addAll(node.getInputList());
            names.addAll(node.getOutputList());
        });
        return names;
    }
}
