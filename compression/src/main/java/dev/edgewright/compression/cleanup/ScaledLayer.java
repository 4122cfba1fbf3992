package dev.edgewright.compression.cleanup;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import java.util.Optional;
import java.util.Set;

/** Multiplies and shifts the output channels of a Conv, ConvTranspose or Gemm by changing its weight and bias. */
final class ScaledLayer {

    private static final Set<String> LAYERS = Set.of("Conv", "ConvTranspose", "Gemm");

    private ScaledLayer() {}

    static boolean isOne(Node node) {
        return node.isAnyOf(LAYERS);
    }

    /** Why the layer cannot be changed, if it cannot. */
    static Optional<String> obstacle(Graph graph, Node layer) {
        Optional<Tensor> weight = graph.constant(layer.input(1));
        if (weight.isEmpty() || weight.get().type() != ElementType.FLOAT) {
            return Optional.of("the weight of " + layer.label() + " is not a float constant");
        }
        if (layer.hasInput(2) && graph.constant(layer.input(2)).isEmpty()) {
            return Optional.of("the bias of " + layer.label() + " is not a constant");
        }
        if (layer.is("Gemm")
                && (layer.floatAttribute("alpha", 1) != 1
                        || layer.floatAttribute("beta", 1) != 1
                        || layer.hasInput(2)
                                && graph.constant(layer.input(2)).orElseThrow().elements()
                                        != channels(layer, weight.get()))) {
            return Optional.of(layer.label() + " has an alpha, a beta or a bias that is not one number per output");
        }
        return Optional.empty();
    }

    /** How many output channels the layer has. */
    static int channels(Node layer, Tensor weight) {
        if (layer.is("Conv")) {
            return (int) weight.size(0);
        }
        if (layer.is("ConvTranspose")) {
            return (int) (weight.size(1) * layer.intAttribute("group", 1));
        }
        return (int) weight.size(layer.intAttribute("transB", 0) == 0 ? 1 : 0);
    }

    /**
     * The layer with every output channel c turned from y into factor[c] * y + offset[c]. New initialisers are put into the edit, because
     * others may share the old ones.
     */
    static Node scale(Graph graph, GraphEdit edit, Node layer, double[] factor, double[] offset) {
        Tensor weight = graph.constant(layer.input(1)).orElseThrow();
        float[] values = weight.toFloats();
        int groups = (int) layer.intAttribute("group", 1);
        long[] sizes = weight.sizes();
        int inner = (int) (weight.elements() / sizes[0]);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (values[i] * factor[channelOf(layer, i, inner, sizes, groups)]);
        }
        float[] bias =
                layer.hasInput(2) ? graph.constant(layer.input(2)).orElseThrow().toFloats() : new float[factor.length];
        for (int c = 0; c < bias.length; c++) {
            bias[c] = (float) (bias[c] * factor[c] + offset[c]);
        }
        String stem = layer.name().isEmpty() ? layer.output(0) : layer.name();
        String newWeight = edit.putFresh(
                Tensor.ofFloats(weight.name().isEmpty() ? stem + ".weight" : weight.name(), values, sizes));
        String newBias =
                edit.putFresh(Tensor.ofFloats(layer.hasInput(2) ? layer.input(2) : stem + ".bias", bias, bias.length));
        return layer.withInput(1, newWeight).withInput(2, newBias);
    }

    private static int channelOf(Node layer, int index, int inner, long[] sizes, int groups) {
        if (layer.is("Conv")) {
            return index / inner;
        }
        if (layer.is("Gemm")) {
            return layer.intAttribute("transB", 0) == 0 ? index % (int) sizes[1] : index / inner;
        }
        // ConvTranspose: [in, out / groups, ...]; the group follows from the input channel.
        int perChannel = (int) (inner / sizes[1]);
        int input = index / inner;
        int group = input / (int) (sizes[0] / groups);
        return group * (int) sizes[1] + index % inner / perChannel;
    }
}
