package dev.edgewright.compression.cleanup;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import java.util.Arrays;
import java.util.Optional;

/**
 * Folds Mul, Div, Add and Sub by a constant for each output channel into the Conv or Gemm before. Exact up to rounding.
 *
 * <pre>
 * before: Conv(x, W, b) -> Mul(s) -> Add(t) -> y
 * after:  Conv(x, W * s, b * s + t) -> y
 * </pre>
 */
public final class FoldScale implements Pass {

    @Override
    public String name() {
        return "fold-scale";
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        Graph current = graph;
        int folded = 0;
        for (Optional<Graph> next = step(current); next.isPresent(); next = step(current)) {
            current = next.get();
            folded++;
        }
        if (folded == 0) {
            return PassResult.unchanged(graph);
        }
        return PassResult.changed(current, "fold-scale: folded " + folded + " Mul or Add into the layers before them");
    }

    private static Optional<Graph> step(Graph graph) {
        for (Node node : graph.nodes()) {
            boolean multiplies = node.is("Mul") || node.is("Div");
            if (!multiplies && !node.is("Add") && !node.is("Sub")) {
                continue;
            }
            boolean ordered = node.is("Div") || node.is("Sub");
            for (int side = 0; side < (ordered ? 1 : 2); side++) {
                Optional<Node> layer = graph.producer(node.input(side));
                Optional<Tensor> constant = graph.constant(node.input(1 - side));
                if (layer.isPresent()
                        && constant.isPresent()
                        && ScaledLayer.isOne(layer.get())
                        && graph.hasOneUse(node.input(side))
                        && ScaledLayer.obstacle(graph, layer.get()).isEmpty()) {
                    Optional<float[]> values = perChannel(graph, layer.get(), constant.get());
                    if (values.isPresent()) {
                        return Optional.of(fold(graph, node, layer.get(), values.get(), multiplies));
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static Graph fold(Graph graph, Node node, Node layer, float[] values, boolean multiplies) {
        double[] factor = new double[values.length];
        double[] offset = new double[values.length];
        for (int c = 0; c < values.length; c++) {
            factor[c] = node.is("Mul") ? values[c] : node.is("Div") ? 1.0 / values[c] : 1;
            offset[c] = node.is("Add") ? values[c] : node.is("Sub") ? -values[c] : 0;
        }
        GraphEdit edit = graph.edit();
        Node scaled = ScaledLayer.scale(graph, edit, layer, factor, offset);
        edit.replace(layer, scaled.withOutput(0, node.output(0)));
        return edit.remove(node).build();
    }

    /** The constant as one number for each channel, when its sizes say so: [C,1,1] or [1,C,1,1] behind Conv, [C] or [1,C] behind Gemm. */
    private static Optional<float[]> perChannel(Graph graph, Node layer, Tensor constant) {
        int channels =
                ScaledLayer.channels(layer, graph.constant(layer.input(1)).orElseThrow());
        float[] values = constant.toFloats();
        boolean usable = Arrays.stream(toDoubles(values)).allMatch(Double::isFinite);
        if (!usable) {
            return Optional.empty();
        }
        if (values.length == 1 && constant.rank() <= 1) {
            float[] same = new float[channels];
            Arrays.fill(same, values[0]);
            return Optional.of(same);
        }
        if (values.length != channels) {
            return Optional.empty();
        }
        if (layer.is("Gemm")) {
            return constant.rank() <= 2 && constant.size(-1) == channels ? Optional.of(values) : Optional.empty();
        }
        Tensor weight = graph.constant(layer.input(1)).orElseThrow();
        int spatial = weight.rank() - 2;
        boolean fits = constant.rank() >= spatial + 1
                && constant.rank() <= spatial + 2
                && constant.size(constant.rank() - spatial - 1) == channels;
        return fits ? Optional.of(values) : Optional.empty();
    }

    private static double[] toDoubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    @Override
    public void ensures(Graph before, PassResult result) {
        Promises.sameInterface(name(), before, result.graph());
    }
}
