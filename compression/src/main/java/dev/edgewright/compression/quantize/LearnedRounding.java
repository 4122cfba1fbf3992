package dev.edgewright.compression.quantize;

import dev.edgewright.compression.calibration.InputMoments;
import dev.edgewright.compression.calibration.LayerReader;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.ejml.data.DMatrixRMaj;

/**
 * Chooses for every weight whether its code is rounded up, down or further, so that the layer's output on the data changes least, instead of
 * each weight by itself: errors of inputs that go together cancel. Works on the float graph and leaves weights that lie on the int8 grid, so
 * that {@link StaticInt8} behind it codes them without loss. The bias takes over what the mean input still loses.
 *
 * <p>With C the covariance of the layer's input rows, the loss of one output is (q s - w)' C (q s - w); codes start at the nearest ones and one
 * at a time moves to its best value while that lowers the loss, which it never raises. The largest weight of each channel keeps its code, and so the
 * scale. The aim is AdaRound's (Nagel et al. 2020, arXiv 2004.10568); coordinate descent on the layer's quadratic is a simple
 * way to it that needs no training.
 */
public final class LearnedRounding implements Pass {

    private static final int SWEEPS = 12;
    private static final double RIDGE = 1e-4;

    private final StaticInt8Options options;
    private final Map<String, InputMoments> moments;

    /** @param moments of the same graph's layers, by first output; layers without are left alone */
    public LearnedRounding(StaticInt8Options options, Map<String, InputMoments> moments) {
        this.options = options;
        this.moments = moments;
    }

    /** The layers that this pass can round: those of {@link LayerReader} whose weight only they read. */
    public static List<LayerReader> layers(Graph graph) {
        List<LayerReader> layers = new ArrayList<>();
        for (Node node : graph.nodes()) {
            LayerReader.of(graph, node)
                    .filter(layer -> layer.columns() <= InputMoments.LARGEST_MATRIX && graph.hasOneUse(node.input(1)))
                    .ifPresent(layers::add);
        }
        return layers;
    }

    @Override
    public String name() {
        return "learned-rounding";
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        GraphEdit edit = graph.edit();
        double before = 0;
        double after = 0;
        int layers = 0;
        long moved = 0;
        for (LayerReader layer : layers(graph)) {
            InputMoments one = moments.get(layer.node().output(0));
            if (one == null || !one.isFull()) {
                continue;
            }
            Rounded rounded = round(layer, one.covariance(RIDGE));
            write(graph, edit, layer, one, rounded.weights());
            before += rounded.before();
            after += rounded.after();
            moved += rounded.moved();
            layers++;
        }
        if (layers == 0) {
            return PassResult.unchanged(graph);
        }
        return PassResult.changed(
                edit.build(),
                String.format(
                        Locale.ROOT,
                        "learned-rounding: %d codes of %d layers moved, %.3f of the squared output error of rounding left",
                        moved,
                        layers,
                        before == 0 ? 1 : after / before));
    }

    /**
     * A layer on the grid.
     *
     * @param weights [columns][outputs]
     * @param before loss with the nearest codes
     * @param after loss with these
     * @param moved codes that differ from the nearest
     */
    record Rounded(double[] weights, double before, double after, long moved) {}

    private Rounded round(LayerReader layer, DMatrixRMaj covariance) {
        int columns = layer.columns();
        int outputs = layer.outputs();
        double[] matrix = layer.matrix();
        double shared = 0;
        for (double value : matrix) {
            shared = Math.max(shared, Math.abs(value));
        }
        double[] result = matrix.clone();
        double before = 0;
        double after = 0;
        long moved = 0;
        for (int o = 0; o < outputs; o++) {
            double[] weights = new double[columns];
            double largest = 0;
            for (int c = 0; c < columns; c++) {
                weights[c] = matrix[c * outputs + o];
                largest = Math.max(largest, Math.abs(weights[c]));
            }
            // The same step as WeightCodes takes, in floats as there.
            double scale = (float) (options.perChannel() ? largest : shared) / options.weightLimit();
            if (!(scale >= Float.MIN_NORMAL)) {
                continue;
            }
            Column column = new Column(weights, (float) scale, options.weightLimit(), covariance);
            before += column.loss();
            moved += column.descend();
            after += column.loss();
            for (int c = 0; c < columns; c++) {
                result[c * outputs + o] = column.code[c] * column.scale;
            }
        }
        return new Rounded(result, before, after, moved);
    }

    /** The codes of one output. */
    private static final class Column {

        private final double[] weights;
        private final double scale;
        private final int limit;
        private final DMatrixRMaj covariance;
        private final int[] code;
        private final double[] gradient; // C (w - q s)

        Column(double[] weights, double scale, int limit, DMatrixRMaj covariance) {
            this.weights = weights;
            this.scale = scale;
            this.limit = limit;
            this.covariance = covariance;
            this.code = new int[weights.length];
            this.gradient = new double[weights.length];
            for (int c = 0; c < code.length; c++) {
                code[c] = (int) Math.min(Math.max(Math.rint(weights[c] / scale), -limit), limit);
                add(c, weights[c] - code[c] * scale);
            }
        }

        /** The difference in column c grows by this. */
        private void add(int c, double difference) {
            int row = c * gradient.length; // symmetric: the row is the column
            for (int k = 0; k < gradient.length; k++) {
                gradient[k] += covariance.data[row + k] * difference;
            }
        }

        double loss() {
            double loss = 0;
            for (int c = 0; c < code.length; c++) {
                loss += (weights[c] - code[c] * scale) * gradient[c];
            }
            return Math.max(loss, 0);
        }

        long descend() {
            int[] nearest = code.clone();
            for (int sweep = 0; sweep < SWEEPS; sweep++) {
                boolean settled = true;
                for (int c = 0; c < code.length; c++) {
                    if (Math.abs(nearest[c]) == limit) {
                        continue; // carries the scale
                    }
                    double best = code[c] + gradient[c] / (scale * covariance.data[c * code.length + c]);
                    int wanted = (int) Math.min(Math.max(Math.rint(best), 1 - limit), limit - 1);
                    if (wanted != code[c]) {
                        add(c, (code[c] - wanted) * scale);
                        code[c] = wanted;
                        settled = false;
                    }
                }
                if (settled) {
                    break;
                }
            }
            long moved = 0;
            for (int c = 0; c < code.length; c++) {
                moved += code[c] == nearest[c] ? 0 : 1;
            }
            return moved;
        }
    }

    private static void write(Graph graph, GraphEdit edit, LayerReader layer, InputMoments moments, double[] weights) {
        Node node = layer.node();
        Node changed = node.withInput(1, edit.putFresh(layer.weight(weights)));
        edit.removeInitializer(node.input(1));
        if (layer.takesBias()) {
            float[] bias = node.hasInput(2)
                    ? graph.constant(node.input(2)).orElseThrow().toFloats().clone()
                    : new float[layer.outputs()];
            if (bias.length == layer.outputs()) {
                double[] exact = layer.matrix();
                for (int o = 0; o < bias.length; o++) {
                    double shift = 0;
                    for (int c = 0; c < layer.columns(); c++) {
                        int at = c * bias.length + o;
                        shift += (exact[at] - weights[at]) * moments.mean()[c];
                    }
                    bias[o] += (float) shift;
                }
                String name = node.hasInput(2) ? node.input(2) : node.output(0) + "_bias";
                changed = changed.withInput(2, edit.putFresh(Tensor.ofFloats(name, bias, bias.length)));
                if (node.hasInput(2) && graph.hasOneUse(node.input(2))) {
                    edit.removeInitializer(node.input(2));
                }
            }
        }
        edit.replace(node, changed);
    }
}
