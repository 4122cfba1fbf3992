package dev.edgewright.training.trainer;

import dev.edgewright.compression.graph.Node;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.tensor.ConvolutionGeometry;
import dev.edgewright.training.tensor.Shape;
import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Compares the engine's convolution gradients with sums written out in Java, for the very shapes that are about to be trained: on some
 * processors the engine computes wrong ones without any error. A few dozen entries of each gradient are checked.
 */
public final class GradientSelfTest {

    private static final int ENTRIES = 48;
    private static final double TOLERANCE = 2e-3;

    private record Case(Shape input, Shape weight, ConvolutionGeometry geometry) {}

    private final Map<Case, String> cases = new LinkedHashMap<>();

    /** Notes one convolution: evenly padded, two spatial axes. Others are computed through these. */
    public void note(Node node, Shape input, Shape weight) {
        int rank = weight.rank() - 2;
        long[] ones = new long[rank];
        Arrays.fill(ones, 1);
        long[] pads = node.intsAttribute("pads", new long[2 * rank]);
        long[] padding = Arrays.copyOf(pads, rank);
        if (rank != 2) {
            return;
        }
        cases.putIfAbsent(
                new Case(
                        input,
                        weight,
                        new ConvolutionGeometry(
                                node.intsAttribute("strides", ones),
                                padding,
                                node.intsAttribute("dilations", ones),
                                (int) node.intAttribute("group", 1))),
                node.label());
    }

    public int size() {
        return cases.size();
    }

    /** @throws TrainingException GRADIENT_WRONG naming the first layer whose gradient is off */
    public void run(TensorBackend backend) {
        cases.forEach((shapes, label) -> check(backend, shapes, label));
    }

    private static void check(TensorBackend backend, Case shapes, String label) {
        SplittableRandom random = new SplittableRandom(17);
        float[] x = uniform(random, shapes.input());
        float[] w = uniform(random, shapes.weight());
        try (TensorBackend.Scope scope = backend.scope()) {
            Tensor input = backend.floats(x, shapes.input().dimensions());
            Tensor weight = backend.floats(w, shapes.weight().dimensions());
            backend.trackGradient(input, true);
            backend.trackGradient(weight, true);
            float[][] upstream = new float[1][];
            Shape[] outputShape = new Shape[1];
            backend.withGradients(() -> {
                Tensor y = input.convolution(weight, null, shapes.geometry());
                outputShape[0] = y.shape();
                upstream[0] = uniform(random, y.shape());
                Tensor g = backend.floats(upstream[0], y.shape().dimensions());
                backend.backward(y.mul(g).sum(false, 0, 1, 2, 3));
                return null;
            });
            float[] gx = backend.gradient(input).toFloats();
            float[] gw = backend.gradient(weight).toFloats();
            Reference reference = new Reference(shapes, outputShape[0], x, w, upstream[0]);
            for (int i = 0; i < ENTRIES; i++) {
                int at = random.nextInt(gx.length);
                compare(label, shapes, "input", gx[at], reference.byInput(at));
            }
            for (int i = 0; i < ENTRIES / 4; i++) {
                int at = random.nextInt(gw.length);
                compare(label, shapes, "weight", gw[at], reference.byWeight(at));
            }
        }
    }

    private static void compare(String label, Case shapes, String which, double got, double[] wanted) {
        // wanted[1] is the sum of absolute terms: what rounding is proportional to.
        if (!(Math.abs(got - wanted[0]) <= TOLERANCE * (1e-3 + wanted[1]) * 0.1 + 1e-5)) {
            throw new TrainingException(
                    Code.GRADIENT_WRONG,
                    "the engine's gradient by the " + which + " of " + label + " (input " + shapes.input() + ", weight "
                            + shapes.weight() + ", " + shapes.geometry() + ") is " + got + " and should be "
                            + wanted[0] + "; training would go wrong without a sign. Set ONEDNN_MAX_CPU_ISA=AVX for"
                            + " the training process, or prune to a multiple of 16 channels");
        }
    }

    private static float[] uniform(SplittableRandom random, Shape shape) {
        float[] values = new float[Math.toIntExact(shape.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }

    /** The gradients as sums, one entry at a time: value and sum of absolute terms. */
    private record Reference(Case shapes, Shape output, float[] x, float[] w, float[] g) {

        double[] byInput(int at) {
            int[] xs = ints(shapes.input());
            int[] ws = ints(shapes.weight());
            int[] ys = ints(output);
            int column = at % xs[3];
            int row = at / xs[3] % xs[2];
            int channel = at / (xs[3] * xs[2]) % xs[1];
            int n = at / (xs[3] * xs[2] * xs[1]);
            int perGroup = ws[1];
            int group = channel / perGroup;
            int outputs = ws[0] / shapes.geometry().groups();
            double sum = 0;
            double size = 0;
            for (int o = group * outputs; o < (group + 1) * outputs; o++) {
                for (int ky = 0; ky < ws[2]; ky++) {
                    int y = place(row, ky, 0, ys[2]);
                    for (int kx = 0; y >= 0 && kx < ws[3]; kx++) {
                        int z = place(column, kx, 1, ys[3]);
                        if (z >= 0) {
                            double term = (double) w[((o * ws[1] + channel % perGroup) * ws[2] + ky) * ws[3] + kx]
                                    * g[((n * ys[1] + o) * ys[2] + y) * ys[3] + z];
                            sum += term;
                            size += Math.abs(term);
                        }
                    }
                }
            }
            return new double[] {sum, size};
        }

        /** Where an input row or column met this kernel element, or -1. */
        private int place(int at, int kernel, int axis, int limit) {
            ConvolutionGeometry geometry = shapes.geometry();
            long shifted = at + geometry.padding()[axis] - kernel * geometry.dilation()[axis];
            if (shifted < 0 || shifted % geometry.stride()[axis] != 0) {
                return -1;
            }
            long place = shifted / geometry.stride()[axis];
            return place < limit ? (int) place : -1;
        }

        double[] byWeight(int at) {
            int[] xs = ints(shapes.input());
            int[] ws = ints(shapes.weight());
            int[] ys = ints(output);
            ConvolutionGeometry geometry = shapes.geometry();
            int kx = at % ws[3];
            int ky = at / ws[3] % ws[2];
            int c = at / (ws[3] * ws[2]) % ws[1];
            int o = at / (ws[3] * ws[2] * ws[1]);
            int channel = o / (ws[0] / geometry.groups()) * ws[1] + c;
            double sum = 0;
            double size = 0;
            for (int n = 0; n < ys[0]; n++) {
                for (int y = 0; y < ys[2]; y++) {
                    long row = y * geometry.stride()[0] + ky * geometry.dilation()[0] - geometry.padding()[0];
                    if (row < 0 || row >= xs[2]) {
                        continue;
                    }
                    for (int z = 0; z < ys[3]; z++) {
                        long column = z * geometry.stride()[1] + kx * geometry.dilation()[1] - geometry.padding()[1];
                        if (column < 0 || column >= xs[3]) {
                            continue;
                        }
                        double term = (double) x[((n * xs[1] + channel) * xs[2] + (int) row) * xs[3] + (int) column]
                                * g[((n * ys[1] + o) * ys[2] + y) * ys[3] + z];
                        sum += term;
                        size += Math.abs(term);
                    }
                }
            }
            return new double[] {sum, size};
        }

        private static int[] ints(Shape shape) {
            return Arrays.stream(shape.dimensions()).mapToInt(Math::toIntExact).toArray();
        }
    }
}
