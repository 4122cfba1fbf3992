package dev.edgewright.compression.graph;

import java.util.Map;
import java.util.stream.Collectors;

/** The readable form of a graph: one line for each input, initialiser, node and output. */
final class GraphText {

    private GraphText() {}

    static String of(Graph graph) {
        StringBuilder text = new StringBuilder("graph ").append(graph.name()).append(" {");
        text.append(graph.opsets().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(opset -> (opset.getKey().isEmpty() ? "onnx" : opset.getKey()) + " " + opset.getValue())
                .collect(Collectors.joining(", ")));
        text.append("}\n");
        graph.inputs().forEach(input -> text.append("  in   ").append(input).append('\n'));
        graph.initializers()
                .values()
                .forEach(tensor -> text.append("  init ")
                        .append(tensor)
                        .append(small(tensor))
                        .append('\n'));
        graph.nodes().forEach(node -> text.append("  ").append(line(node)).append('\n'));
        graph.outputs().forEach(output -> text.append("  out  ").append(output).append('\n'));
        return text.toString();
    }

    /** Values of tensors with at most eight numbers, which is where graphs keep their parameters. */
    private static String small(Tensor tensor) {
        if (tensor.elements() > 8 || tensor.elements() == 0) {
            return "";
        }
        return switch (tensor.type()) {
            case FLOAT, DOUBLE, FLOAT16, BFLOAT16 -> " = " + java.util.Arrays.toString(tensor.toFloats());
            case INT8, UINT8, INT16, UINT16, INT32, UINT32, INT64, UINT64, BOOL, INT4, UINT4 ->
                " = " + java.util.Arrays.toString(tensor.toLongs());
            default -> "";
        };
    }

    /** {@code a, b = Op(x, y) {axis=1}}. */
    static String line(Node node) {
        String attributes = node.attributes().isEmpty()
                ? ""
                : node.attributes().stream()
                        .map(Attribute::toString)
                        .sorted()
                        .collect(Collectors.joining(", ", " {", "}"));
        String op = node.domain().isEmpty() ? node.op() : node.domain() + "." + node.op();
        return String.join(", ", node.outputs()) + " = " + op + "(" + String.join(", ", node.inputs()) + ")"
                + attributes;
    }
}
