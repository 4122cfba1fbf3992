package dev.edgewright.compression.cleanup;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Folds BatchNormalization into the Conv, ConvTranspose or Gemm before it. Exact up to rounding: with s = scale / sqrt(var + epsilon), the
 * weight of each output channel is multiplied by s and the bias becomes (bias - mean) * s + shift.
 *
 * <pre>
 * before: Conv(x, W, b) -> BatchNormalization(scale, shift, mean, var) -> y
 * after:  Conv(x, W * s, (b - mean) * s + shift) -> y
 * </pre>
 */
public final class FoldBatchNorm implements Pass {

    @Override
    public String name() {
        return "fold-batch-norm";
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        GraphEdit edit = graph.edit();
        List<String> notes = new ArrayList<>();
        int folded = 0;
        for (Node norm : graph.nodes("BatchNormalization")) {
            Optional<Node> before = graph.producer(norm.input(0));
            if (before.isEmpty() || !ScaledLayer.isOne(before.get())) {
                notes.add("fold-batch-norm: " + norm.label() + " follows no Conv or Gemm and stays");
                continue;
            }
            Optional<String> obstacle = obstacle(graph, norm, before.get());
            if (obstacle.isPresent()) {
                notes.add("fold-batch-norm: " + norm.label() + " stays: " + obstacle.get());
                continue;
            }
            fold(graph, edit, norm, before.get());
            folded++;
        }
        return folded == 0
                ? PassResult.unchanged(graph, notes)
                : PassResult.changed(
                        edit.build(), "fold-batch-norm: folded " + folded + " into the layers before them", notes);
    }

    private static Optional<String> obstacle(Graph graph, Node norm, Node layer) {
        if (!graph.hasOneUse(layer.output(0))) {
            return Optional.of("others read " + layer.output(0) + " too");
        }
        if (norm.intAttribute("training_mode", 0) != 0 || norm.intAttribute("spatial", 1) == 0) {
            return Optional.of("it is not in inference form");
        }
        for (int i = 1; i <= 4; i++) {
            if (graph.constant(norm.input(i)).isEmpty()) {
                return Optional.of(norm.input(i) + " is not a constant");
            }
        }
        for (int i = 1; i < norm.outputs().size(); i++) {
            if (!norm.output(i).isEmpty() && !graph.consumers(norm.output(i)).isEmpty()) {
                return Optional.of("its statistics are read");
            }
        }
        return ScaledLayer.obstacle(graph, layer);
    }

    private static void fold(Graph graph, GraphEdit edit, Node norm, Node layer) {
        float[] scale = floats(graph, norm.input(1));
        float[] shift = floats(graph, norm.input(2));
        float[] mean = floats(graph, norm.input(3));
        float[] variance = floats(graph, norm.input(4));
        float epsilon = norm.floatAttribute("epsilon", 1e-5f);
        double[] factor = new double[scale.length];
        double[] offset = new double[scale.length];
        for (int i = 0; i < factor.length; i++) {
            factor[i] = scale[i] / Math.sqrt((double) variance[i] + epsilon);
            offset[i] = shift[i] - mean[i] * factor[i];
        }
        Node folded = ScaledLayer.scale(graph, edit, layer, factor, offset);
        edit.replace(layer, folded.withOutput(0, norm.output(0)));
        edit.remove(norm);
    }

    private static float[] floats(Graph graph, String value) {
        return graph.constant(value).map(Tensor::toFloats).orElseThrow();
    }

    @Override
    public void ensures(Graph before, PassResult result) {
        Promises.sameInterface(name(), before, result.graph());
    }
}
