package dev.edgewright.compression.quantize;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Makes a static int8 model exact on x86 without VNNI. The kernel there (vpmaddubsw) adds the products of two neighbouring inputs in 16 bits
 * with saturation; activations reach 255, so it is exact when two neighbouring weights of the same sign have |w0| + |w1| &lt;= 128. Only pairs
 * beyond that change: each loses half of the excess, and every output channel may take a larger step instead where that costs less.
 *
 * <p>Weights stay 8 bits wide, unlike with the usual 7-bit remedy. Run behind {@code int8-static}.
 */
public final class SaturationFree implements Pass {

    /** The largest |w0| + |w1| that 255 times cannot pass 16 bits: 255 * 128 = 32,640. */
    public static final int LARGEST_PAIR = 128;

    private static final double[] STEPS = {1, 1.05, 1.1, 1.15, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2};

    @Override
    public String name() {
        return "saturation-free";
    }

    @Override
    public void requires(Graph graph, PassContext context) {
        if (!StaticInt8.isQuantized(graph)) {
            throw new CompressionException(
                    Code.RECIPE_INVALID, "saturation-free works on int8 weights; put int8-static before it");
        }
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        GraphEdit edit = graph.edit();
        Set<String> done = new HashSet<>();
        Set<String> notes = new LinkedHashSet<>();
        long pairs = 0;
        int layers = 0;
        for (Int8Layer layer : Int8Layer.of(graph)) {
            if (!layer.saturates()) {
                notes.add("saturation-free: depthwise " + layer.node().label() + " has a kernel that cannot saturate");
            } else if (done.add(layer.weightNode().output(0))) {
                long beyond = beyond(layer);
                if (beyond > 0) {
                    rewrite(graph, edit, layer);
                    pairs += beyond;
                    layers++;
                }
            }
        }
        if (pairs == 0) {
            return PassResult.unchanged(graph, List.copyOf(notes));
        }
        return PassResult.changed(
                edit.build(),
                String.format(
                        Locale.ROOT,
                        "saturation-free: %d pairs of weights in %d layers no longer pass 16 bits",
                        pairs,
                        layers),
                List.copyOf(notes));
    }

    /** How many pairs of neighbouring weights can pass 16 bits. */
    static long beyond(Int8Layer layer) {
        long count = 0;
        for (int[] pair : layer.pairs()) {
            for (int output = 0; output < layer.outputs(); output++) {
                count += excess(layer.code(pair[0], output), layer.code(pair[1], output)) > 0 ? 1 : 0;
            }
        }
        return count;
    }

    static int excess(int a, int b) {
        return a > 0 == b > 0 ? Math.abs(a) + Math.abs(b) - LARGEST_PAIR : 0;
    }

    private static void rewrite(Graph graph, GraphEdit edit, Int8Layer layer) {
        byte[] codes = layer.codes().clone();
        float[] scales = layer.scales().clone();
        boolean perChannel = scales.length > 1;
        double[] factor = new double[scales.length];
        java.util.Arrays.fill(factor, 1);
        for (int output = 0; output < layer.outputs(); output++) {
            double least = Double.POSITIVE_INFINITY;
            int[] best = null;
            for (double step : perChannel ? STEPS : new double[] {1}) {
                int[] tried = tried(layer, output, step);
                double error = error(layer, output, tried, step);
                if (error < least) {
                    least = error;
                    best = tried;
                    if (perChannel) {
                        factor[output] = step;
                    }
                }
            }
            for (int k = 0; k < best.length; k++) {
                codes[layer.position(k, output)] = (byte) best[k];
            }
        }
        for (int s = 0; s < scales.length; s++) {
            scales[s] *= (float) factor[s];
        }
        Node weight = layer.weightNode();
        String code = edit.putFresh(Tensor.ofInt8(weight.input(0), codes, layer.sizes()));
        String scale = edit.putFresh(
                Tensor.ofFloats(weight.input(1), scales, perChannel ? new long[] {scales.length} : new long[0]));
        replace(graph, edit, weight, code, scale);
        if (perChannel) {
            rescaleBiases(graph, edit, weight, factor);
        }
    }

    /** The channel's codes at a coarser step, pairs brought down to what fits. */
    private static int[] tried(Int8Layer layer, int output, double step) {
        int[] codes = new int[layer.inputs()];
        for (int k = 0; k < codes.length; k++) {
            codes[k] = (int) Math.rint(layer.code(k, output) / step);
        }
        for (int[] pair : layer.pairs()) {
            int excess = excess(codes[pair[0]], codes[pair[1]]);
            if (excess > 0) {
                int larger = Math.abs(codes[pair[0]]) >= Math.abs(codes[pair[1]]) ? pair[0] : pair[1];
                int smaller = larger == pair[0] ? pair[1] : pair[0];
                int sign = Integer.signum(codes[larger]);
                codes[larger] -= sign * ((excess + 1) / 2);
                codes[smaller] -= sign * (excess / 2);
            }
        }
        return codes;
    }

    private static double error(Int8Layer layer, int output, int[] tried, double step) {
        double error = 0;
        for (int k = 0; k < tried.length; k++) {
            double difference = tried[k] * step - layer.code(k, output);
            error += difference * difference;
        }
        return error;
    }

    /** A bias is counted in steps of input scale times weight scale, so it follows. */
    private static void rescaleBiases(Graph graph, GraphEdit edit, Node weight, double[] factor) {
        for (Node reader : graph.consumers(weight.output(0))) {
            Node bias = reader.hasInput(2) ? graph.producer(reader.input(2)).orElse(null) : null;
            Tensor codes = bias == null || !bias.is("DequantizeLinear")
                    ? null
                    : graph.constant(bias.input(0)).orElse(null);
            if (codes == null || codes.type() != ElementType.INT32 || edit.touches(bias)) {
                continue;
            }
            long[] values = codes.toLongs();
            float[] scales = graph.constant(bias.input(1)).orElseThrow().toFloats();
            int[] changed = new int[values.length];
            float[] steps = new float[values.length];
            for (int i = 0; i < values.length; i++) {
                changed[i] = (int) Math.rint(values[i] / factor[i]);
                steps[i] = (float) (scales[scales.length == 1 ? 0 : i] * factor[i]);
            }
            String code = edit.putFresh(Tensor.ofInts(bias.input(0), changed, changed.length));
            String scale = edit.putFresh(Tensor.ofFloats(bias.input(1), steps, steps.length));
            replace(graph, edit, bias, code, scale);
        }
    }

    /** Makes a DequantizeLinear read other codes and scales, and drops the old ones that nothing else reads. */
    private static void replace(Graph graph, GraphEdit edit, Node dequantize, String codes, String scale) {
        edit.replace(dequantize, dequantize.withInput(0, codes).withInput(1, scale));
        for (String old : List.of(dequantize.input(0), dequantize.input(1))) {
            if (graph.hasOneUse(old)) {
                edit.removeInitializer(old);
            }
        }
    }

    @Override
    public void ensures(Graph before, PassResult result) {
        for (Int8Layer layer : Int8Layer.of(result.graph())) {
            if (layer.saturates() && beyond(layer) > 0) {
                throw new CompressionException(
                        Code.PASS_BROKEN, layer.node().label() + " still has weights that can saturate");
            }
        }
    }
}
