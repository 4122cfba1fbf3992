package dev.edgewright.compression.quantize;

import dev.edgewright.compression.calibration.ActivationStatistics;
import dev.edgewright.compression.calibration.ChannelStatistics;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import java.util.Optional;

/**
 * Moves the bias of every int8 layer by what rounding its weight shifts its mean output: the rounding error of the weight times the mean of
 * each input channel (Nagel et al. 2019, arXiv 1906.04721, section 4.2). Each layer is corrected for its own error only; correcting measured
 * outputs of all layers at once counts the errors of earlier layers again and makes things worse. Costs nothing at run time.
 */
public final class BiasCorrection {

    private BiasCorrection() {}

    /**
     * The float graph with corrected biases, to be quantised again with the same statistics.
     *
     * @param graph the float graph
     * @param quantized the same graph quantised
     * @param statistics with the means of the layers' inputs
     */
    public static Graph of(Graph graph, Graph quantized, ActivationStatistics statistics) {
        GraphEdit edit = graph.edit();
        for (Node layer : graph.nodes()) {
            if (!layer.is("Conv") && !layer.is("Gemm")) {
                continue;
            }
            Optional<float[]> coded = codedWeight(quantized, layer);
            Optional<float[]> means = statistics
                    .channels(layer.input(0))
                    .map(layer.is("Conv") ? ChannelStatistics::means : ChannelStatistics::lastAxisMeans);
            Optional<Tensor> weight = graph.constant(layer.input(1));
            if (coded.isPresent() && means.isPresent() && weight.isPresent()) {
                float[] shift = shift(layer, weight.get(), coded.get(), means.get());
                if (shift.length > 0) {
                    edit.replace(layer, shifted(graph, edit, layer, shift));
                }
            }
        }
        return edit.build();
    }

    /** The weight that the int8 kernel multiplies with, when the layer is quantised. */
    private static Optional<float[]> codedWeight(Graph quantized, Node layer) {
        return quantized
                .producer(layer.output(0))
                .or(() -> quantized.producer(layer.output(0) + "_float"))
                .filter(same -> same.op().equals(layer.op()))
                .flatMap(same -> quantized.producer(same.input(1)))
                .filter(restore -> restore.is("DequantizeLinear"))
                .map(restore -> {
                    Tensor codes = quantized.constant(restore.input(0)).orElseThrow();
                    Tensor scales = quantized.constant(restore.input(1)).orElseThrow();
                    byte[] bytes = new byte[(int) codes.elements()];
                    codes.data().get(bytes);
                    int axis = (int) restore.intAttribute("axis", 0);
                    return new WeightCodes(bytes, scales.toFloats(), axis).dequantized(codes.sizes());
                });
    }

    /** For each output channel the mean of (W - W8) x, over the means of the input channels. */
    private static float[] shift(Node layer, Tensor weight, float[] coded, float[] means) {
        float[] exact = weight.toFloats();
        if (layer.is("Gemm")) {
            boolean transposed = layer.intAttribute("transB", 0) != 0;
            int outputs = (int) weight.size(transposed ? 0 : 1);
            int inputs = (int) weight.size(transposed ? 1 : 0);
            if (means.length != inputs) {
                return new float[0];
            }
            double[] sums = new double[outputs];
            for (int i = 0; i < exact.length; i++) {
                int output = transposed ? i / inputs : i % outputs;
                int input = transposed ? i % inputs : i / outputs;
                sums[output] += (double) (exact[i] - coded[i]) * means[input];
            }
            return floats(sums);
        }
        int groups = (int) layer.intAttribute("group", 1);
        int outputs = (int) weight.size(0);
        int perGroup = (int) weight.size(1);
        if (means.length != perGroup * groups) {
            return new float[0];
        }
        int kernel = exact.length / outputs / perGroup;
        double[] sums = new double[outputs];
        for (int i = 0; i < exact.length; i++) {
            int output = i / (perGroup * kernel);
            int input = output / (outputs / groups) * perGroup + i / kernel % perGroup;
            sums[output] += (double) (exact[i] - coded[i]) * means[input];
        }
        return floats(sums);
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private static Node shifted(Graph graph, GraphEdit edit, Node layer, float[] shift) {
        float[] bias = layer.hasInput(2)
                ? graph.constant(layer.input(2)).map(Tensor::toFloats).orElseThrow()
                : new float[shift.length];
        for (int c = 0; c < bias.length; c++) {
            bias[c] += shift[c];
        }
        String name = layer.hasInput(2) ? layer.input(2) : layer.output(0) + "_bias";
        return layer.withInput(2, edit.putFresh(Tensor.ofFloats(name, bias, bias.length)));
    }
}
