package dev.edgewright.compression.quantize;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A normalisation over the last axis that ends in a weight and a bias for each channel: LayerNormalization itself, or the Mul and Add with
 * constants that older exporters write.
 *
 * @param output the value behind it
 * @param scale the node that multiplies
 * @param scaleInput which of its inputs is the weight
 * @param shift the node that adds, the same as {@code scale} for LayerNormalization
 * @param shiftInput which of its inputs is the bias, -1 when there is none
 * @param channels the size of the last axis
 */
record Normalization(String output, Node scale, int scaleInput, Node shift, int shiftInput, int channels) {

    /** All of a graph, in topological order. */
    static List<Normalization> all(Graph graph) {
        List<Normalization> all = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (node.is("LayerNormalization")) {
                fused(graph, node, 1).ifPresent(all::add);
            } else if (node.op().equals("SkipLayerNormalization") && !node.hasInput(4)) {
                fused(graph, node, 2).ifPresent(all::add); // its fourth output is the sum before the weights
            } else if (node.is("Add")) {
                written(graph, node).ifPresent(all::add);
            }
        }
        return all;
    }

    private static Optional<Normalization> fused(Graph graph, Node node, int at) {
        Optional<Tensor> weight = vector(graph, node, at);
        boolean bias = !node.hasInput(at + 1) || vector(graph, node, at + 1).isPresent();
        boolean plain = node.outputs().stream()
                .limit(3)
                .skip(1)
                .allMatch(out -> out.isEmpty() || graph.consumers(out).isEmpty() && !graph.isOutput(out));
        return weight.filter(unused -> bias && plain && !graph.isOutput(node.output(0)))
                .map(w -> new Normalization(
                        node.output(0), node, at, node, node.hasInput(at + 1) ? at + 1 : -1, (int) w.elements()));
    }

    /** Mul(x, weight) -> Add(bias), the Mul behind a division, as every export of LayerNormalization before operator set 17 ends. */
    private static Optional<Normalization> written(Graph graph, Node add) {
        for (int bias = 0; bias < 2; bias++) {
            Node mul = graph.producer(add.input(1 - bias)).orElse(null);
            Optional<Tensor> shift = vector(graph, add, bias);
            if (mul == null || !mul.is("Mul") || shift.isEmpty() || !graph.hasOneUse(mul.output(0))) {
                continue;
            }
            for (int weight = 0; weight < 2; weight++) {
                Node before = graph.producer(mul.input(1 - weight)).orElse(null);
                Optional<Tensor> scale = vector(graph, mul, weight);
                boolean normalised = before != null && (before.is("Div") || before.is("Mul"));
                if (normalised
                        && scale.isPresent()
                        && scale.get().elements() == shift.get().elements()
                        && !graph.isOutput(add.output(0))) {
                    return Optional.of(new Normalization(add.output(0), mul, weight, add, bias, (int)
                            scale.get().elements()));
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Tensor> vector(Graph graph, Node node, int input) {
        return graph.constant(node.input(input))
                .filter(tensor -> tensor.type() == ElementType.FLOAT && tensor.rank() == 1 && tensor.elements() > 1);
    }

    /** The layers that read the output, directly or as rows of a matrix; empty when something else reads it too. */
    Optional<List<WeightAxes>> layersBehind(Graph graph) {
        List<WeightAxes> layers = new ArrayList<>();
        return collect(graph, output, layers) && !layers.isEmpty() ? Optional.of(layers) : Optional.empty();
    }

    private boolean collect(Graph graph, String value, List<WeightAxes> layers) {
        if (graph.isOutput(value)) {
            return false;
        }
        for (Node reader : graph.consumers(value)) {
            boolean fine = reader.input(0).equals(value)
                    && reader.inputs().lastIndexOf(value) == 0
                    && switch (reader.op()) {
                        case "Shape" -> true;
                        case "Reshape" -> keepsChannels(graph, reader) && collect(graph, reader.output(0), layers);
                        case "Gemm", "MatMul" ->
                            WeightAxes.of(graph, reader)
                                    .filter(layer -> layer.inputs() == channels)
                                    .map(layers::add)
                                    .orElse(false);
                        default -> false;
                    };
            if (!fine) {
                return false;
            }
        }
        return true;
    }

    private boolean keepsChannels(Graph graph, Node reshape) {
        return graph.constant(reshape.input(1))
                .map(Tensor::toLongs)
                .filter(sizes -> sizes.length > 0 && sizes[sizes.length - 1] == channels)
                .isPresent();
    }

    /** Divides the weight and the bias; other readers of the same constants keep theirs. */
    void divide(Graph graph, GraphEdit edit, float[] factors) {
        Node changed = scale.withInput(scaleInput, divided(graph, edit, scale.input(scaleInput), factors));
        if (shift == scale) {
            edit.replace(
                    scale,
                    shiftInput < 0
                            ? changed
                            : changed.withInput(shiftInput, divided(graph, edit, scale.input(shiftInput), factors)));
            return;
        }
        edit.replace(scale, changed);
        edit.replace(shift, shift.withInput(shiftInput, divided(graph, edit, shift.input(shiftInput), factors)));
    }

    private static String divided(Graph graph, GraphEdit edit, String name, float[] factors) {
        Tensor tensor = graph.constant(name).orElseThrow();
        float[] values = tensor.toFloats().clone();
        for (int c = 0; c < values.length; c++) {
            values[c] /= factors[c];
        }
        String fresh = edit.putFresh(tensor.withFloats(values));
        if (graph.hasOneUse(name)) {
            edit.removeInitializer(name);
        }
        return fresh;
    }
}
