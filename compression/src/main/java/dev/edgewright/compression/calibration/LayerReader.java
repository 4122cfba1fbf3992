package dev.edgewright.compression.calibration;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import java.util.Optional;

/**
 * A layer as a matrix product: every output position multiplies one row of inputs (a patch, for convolutions) with the weight matrix
 * [columns, outputs]. Columns are ordered as the weight's input axis with its kernel behind it.
 */
public final class LayerReader {

    private final Node node;
    private final Tensor weight;
    private final boolean conv;
    private final boolean outputsFirst;
    private final int outputs;
    private final int columns;
    private final int kernel;
    private final int kernelWidth;
    private final long[] pads;
    private final long[] strides;
    private final long[] dilations;

    private LayerReader(Graph graph, Node node) {
        this.node = node;
        this.weight = graph.constant(node.input(1)).orElseThrow();
        this.conv = node.is("Conv");
        this.outputsFirst = conv || node.is("Gemm") && node.intAttribute("transB", 0) != 0;
        this.outputs = (int) weight.size(outputsFirst ? 0 : 1);
        this.columns = (int) (weight.elements() / outputs);
        this.kernel = conv ? (int) (columns / weight.size(1)) : 1;
        this.kernelWidth = conv ? (int) weight.size(3) : 1;
        this.pads = node.intsAttribute("pads", 0, 0, 0, 0);
        this.strides = node.intsAttribute("strides", 1, 1);
        this.dilations = node.intsAttribute("dilations", 1, 1);
    }

    /** The layer behind a node: a two-dimensional Conv of one group, a Gemm or a MatMul with constant float weights; else empty. */
    public static Optional<LayerReader> of(Graph graph, Node node) {
        boolean layer = node.domain().isEmpty() && node.hasInput(1);
        Tensor weight = layer ? graph.constant(node.input(1)).orElse(null) : null;
        if (weight == null
                || weight.type() != ElementType.FLOAT
                || graph.constant(node.input(0)).isPresent()) {
            return Optional.empty();
        }
        boolean known = switch (node.op()) {
            case "Conv" ->
                weight.rank() == 4
                        && node.intAttribute("group", 1) == 1
                        && node.stringAttribute("auto_pad", "NOTSET").equals("NOTSET");
            case "Gemm" ->
                weight.rank() == 2
                        && node.intAttribute("transA", 0) == 0
                        && node.floatAttribute("alpha", 1) == 1
                        && node.floatAttribute("beta", 1) == 1;
            case "MatMul" -> weight.rank() == 2;
            default -> false;
        };
        boolean bias = !node.hasInput(2) || graph.constant(node.input(2)).isPresent();
        return known && bias ? Optional.of(new LayerReader(graph, node)) : Optional.empty();
    }

    public Node node() {
        return node;
    }

    public Tensor weight() {
        return weight;
    }

    /** Length of a row. */
    public int columns() {
        return columns;
    }

    public int outputs() {
        return outputs;
    }

    /** Columns that belong to one position of the weight's input axis. */
    public int kernel() {
        return kernel;
    }

    /** True when the layer can carry a bias as its third input. */
    public boolean takesBias() {
        return !node.is("MatMul");
    }

    /** The weight as [columns][outputs], row after row. */
    public double[] matrix() {
        float[] values = weight.toFloats();
        double[] matrix = new double[values.length];
        for (int c = 0; c < columns; c++) {
            for (int o = 0; o < outputs; o++) {
                matrix[c * outputs + o] = values[outputsFirst ? o * columns + c : c * outputs + o];
            }
        }
        return matrix;
    }

    /** A weight tensor like the layer's from [columns][outputs]. */
    public Tensor weight(double[] matrix) {
        float[] values = new float[matrix.length];
        for (int c = 0; c < columns; c++) {
            for (int o = 0; o < outputs; o++) {
                values[outputsFirst ? o * columns + c : c * outputs + o] = (float) matrix[c * outputs + o];
            }
        }
        return weight.withFloats(values);
    }

    /** Output positions in one run, given the sizes of the layer's output. */
    public int positions(long[] outputSizes) {
        long elements = 1;
        for (long size : outputSizes) {
            elements *= size;
        }
        return (int) (elements / outputs);
    }

    /** Writes the input row of one output position. */
    public void row(float[] in, long[] inSizes, long[] outSizes, int position, double[] row, int offset) {
        if (!conv) {
            for (int c = 0; c < columns; c++) {
                row[offset + c] = in[position * columns + c];
            }
            return;
        }
        int width = (int) outSizes[3];
        int plane = (int) outSizes[2] * width;
        int sample = position / plane;
        int y = (int) (position % plane / width * strides[0] - pads[0]);
        int x = (int) (position % width * strides[1] - pads[1]);
        int channels = (int) inSizes[1];
        int inHeight = (int) inSizes[2];
        int inWidth = (int) inSizes[3];
        int next = offset;
        for (int c = 0; c < channels; c++) {
            int base = (sample * channels + c) * inHeight * inWidth;
            for (int k = 0; k < kernel; k++) {
                int iy = y + (int) (k / kernelWidth * dilations[0]);
                int ix = x + (int) (k % kernelWidth * dilations[1]);
                boolean inside = iy >= 0 && iy < inHeight && ix >= 0 && ix < inWidth;
                row[next++] = inside ? in[base + iy * inWidth + ix] : 0;
            }
        }
    }

    /** One output of one position, from the layer's output tensor. */
    public float output(float[] out, long[] outSizes, int position, int channel) {
        if (!conv) {
            return out[position * outputs + channel];
        }
        int plane = (int) (outSizes[2] * outSizes[3]);
        return out[(position / plane * outputs + channel) * plane + position % plane];
    }
}
