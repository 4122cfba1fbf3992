package dev.edgewright.compression.calibration;

import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.ValueInfo;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * Mean and covariance of the input rows of layers over calibration data; for layers without a bias, moments around zero. Memory is one matrix for each layer whatever the number of
 * samples; rows are drawn evenly, a few for each column, because more would not change the matrix much.
 */
public final class InputMoments {

    /** Rows longer than this get variances only: the matrix would cost more than it gives. */
    public static final int LARGEST_MATRIX = 2048;

    private static final int BLOCK = 256;
    private static final int ROWS_PER_COLUMN = 12;

    private final LayerReader layer;
    private final DMatrixRMaj block;
    private final DMatrixRMaj sum;
    private final double[] mean;
    private final double[] squares;
    private int filled;
    private long rows;

    private InputMoments(LayerReader layer) {
        int n = layer.columns();
        boolean full = n <= LARGEST_MATRIX;
        this.layer = layer;
        this.block = new DMatrixRMaj(full ? BLOCK : 1, n);
        this.sum = full ? new DMatrixRMaj(n, n) : null;
        this.mean = new double[n];
        this.squares = new double[n];
    }

    /** Runs the graph over the split and gathers the moments of these layers' inputs, by first output of the layer. */
    public static Map<String, InputMoments> gather(
            Graph graph, List<LayerReader> layers, Split split, int batch, long seed) {
        Map<String, InputMoments> moments = new LinkedHashMap<>();
        layers.forEach(layer -> moments.put(layer.node().output(0), new InputMoments(layer)));
        Batching batching = Batching.of(graph.feeds(), batch);
        batching.check(split);
        SplittableRandom random = new SplittableRandom(seed);
        try (ModelSession session = ModelSession.open(watching(graph, layers), SessionSettings.single())) {
            Set<String> wanted = new LinkedHashSet<>();
            layers.forEach(layer -> {
                wanted.add(layer.node().output(0));
                if (graph.feeds().stream()
                        .noneMatch(feed -> feed.name().equals(layer.node().input(0)))) {
                    wanted.add(layer.node().input(0));
                }
            });
            split.forEachBatch(batching.size(), raw -> {
                Map<String, Tensor> feeds = batching.fit(raw).inputs();
                Map<String, Tensor> values = new LinkedHashMap<>(session.run(feeds, wanted));
                values.putAll(feeds);
                double share = (double) raw.size() / split.size();
                moments.values().forEach(one -> one.add(values, share, random));
            });
        }
        moments.values().forEach(InputMoments::finish);
        return moments;
    }

    /** The graph with the inputs and outputs of these layers as outputs. */
    public static Graph watching(Graph graph, List<LayerReader> layers) {
        List<ValueInfo> outputs = new ArrayList<>(graph.outputs());
        Set<String> present = new HashSet<>();
        outputs.forEach(output -> present.add(output.name()));
        graph.feeds().forEach(feed -> present.add(feed.name()));
        for (LayerReader layer : layers) {
            for (String value : List.of(layer.node().input(0), layer.node().output(0))) {
                if (present.add(value)) {
                    outputs.add(ValueInfo.untyped(value));
                }
            }
        }
        return graph.edit().setOutputs(outputs).clearAnnotations().build();
    }

    private void add(Map<String, Tensor> values, double share, SplittableRandom random) {
        Tensor in = values.get(layer.node().input(0));
        float[] data = in.toFloats();
        long[] inSizes = in.sizes();
        long[] outSizes = values.get(layer.node().output(0)).sizes();
        int positions = layer.positions(outSizes);
        double wanted = Math.max(2048, ROWS_PER_COLUMN * layer.columns()) * share;
        double probability = wanted / positions;
        for (int position = 0; position < positions; position++) {
            if (probability >= 1 || random.nextDouble() < probability) {
                layer.row(data, inSizes, outSizes, position, block.data, filled * layer.columns());
                take();
            }
        }
    }

    private void take() {
        int start = filled * layer.columns();
        for (int i = 0; i < mean.length; i++) {
            double value = block.data[start + i];
            mean[i] += value;
            squares[i] += value * value;
        }
        rows++;
        filled++;
        if (filled == block.numRows) {
            flush();
        }
    }

    private void flush() {
        if (sum != null && filled > 0) {
            DMatrixRMaj part = new DMatrixRMaj(block);
            part.reshape(filled, layer.columns(), true);
            CommonOps_DDRM.multAddTransA(part, part, sum);
        }
        filled = 0;
    }

    private void finish() {
        flush();
        for (int i = 0; i < mean.length; i++) {
            // A layer without a bias cannot take a mean over, so its moments stay around zero.
            mean[i] = layer.takesBias() ? mean[i] / rows : 0;
            squares[i] = Math.max(0, squares[i] / rows - mean[i] * mean[i]);
        }
        if (sum != null) {
            CommonOps_DDRM.divide(sum, rows);
            for (int i = 0; i < mean.length; i++) {
                for (int j = 0; j < mean.length; j++) {
                    sum.data[i * mean.length + j] -= mean[i] * mean[j];
                }
            }
        }
    }

    public LayerReader layer() {
        return layer;
    }

    /** The mean of every column. */
    public double[] mean() {
        return mean;
    }

    /** The variance of every column. */
    public double[] variance() {
        return squares;
    }

    /** True when there is a covariance. */
    public boolean isFull() {
        return sum != null;
    }

    /** The covariance of the columns, with a small ridge so that it can be inverted. */
    public DMatrixRMaj covariance(double ridge) {
        DMatrixRMaj covariance = sum.copy();
        double trace = CommonOps_DDRM.trace(covariance);
        double add = ridge * Math.max(trace / mean.length, 1e-12);
        for (int i = 0; i < mean.length; i++) {
            covariance.data[i * mean.length + i] += add;
        }
        return covariance;
    }

    /** How many rows were taken. */
    public long rows() {
        return rows;
    }
}
