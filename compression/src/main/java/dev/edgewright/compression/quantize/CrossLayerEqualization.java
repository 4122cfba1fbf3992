package dev.edgewright.compression.quantize;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Gives the channels between two layers ranges that are alike, so that one step for all of them wastes little: channel i of the first layer is
 * divided by a factor, and what the second reads from it is multiplied by the same. Works through whatever keeps factors above zero (Relu,
 * LeakyRelu, pools, Flatten), with depthwise and grouped convolutions on either side, and repeats until nothing changes.
 *
 * <pre>
 * before: Conv(W1, b1) -> Relu -> Conv(W2)
 * after:  Conv(W1 / s, b1 / s) -> Relu -> Conv(W2 * s)      s_i = sqrt(max|W1_i| / max|W2_i|), a power of two
 * </pre>
 *
 * Factors are powers of two, so the float graph computes the same to the last bit (as long as nothing under- or overflows). Needs no data.
 * Source: Nagel et al. 2019 (arXiv 1906.04721), section 4.1.
 */
public final class CrossLayerEqualization implements Pass {

    private static final Set<String> TRANSPARENT =
            Set.of("Relu", "LeakyRelu", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "Identity");
    private static final int ROUNDS = 20;
    private static final int LARGEST_EXPONENT = 24;

    /**
     * Two layers with nothing but transparent operators between them.
     *
     * @param repeat inputs of the second that belong to one output of the first; more than one behind Flatten
     */
    private record Pair(WeightAxes first, WeightAxes second, int repeat) {}

    private final double least;

    /** Equalises whatever is not equal yet. */
    public CrossLayerEqualization() {
        this(1);
    }

    /** @param least does nothing unless some channel wants a factor of at least this, either way: a screen for graphs that do not need it */
    public CrossLayerEqualization(double least) {
        this.least = least;
    }

    @Override
    public String name() {
        return "equalize";
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        List<Pair> pairs = pairs(graph);
        Map<String, float[]> values = new LinkedHashMap<>();
        if (pairs.stream().noneMatch(pair -> most(factors(pair, values)) >= least)) {
            return PassResult.unchanged(graph);
        }
        int changed = 0;
        double largest = 1;
        for (int round = 0; round < ROUNDS; round++) {
            boolean settled = true;
            for (Pair pair : pairs) {
                float[] factors = factors(pair, values);
                double most = most(factors);
                if (most > 1) {
                    scale(pair, factors, graph, values);
                    largest = Math.max(largest, most);
                    settled = false;
                    changed += round == 0 ? 1 : 0;
                }
            }
            if (settled) {
                break;
            }
        }
        if (changed == 0) {
            return PassResult.unchanged(graph);
        }
        GraphEdit edit = graph.edit();
        values.forEach((name, data) -> graph.constant(name).ifPresent(old -> replace(graph, edit, old, data)));
        return PassResult.changed(
                edit.build(),
                String.format(
                        Locale.ROOT, "equalize: %d pairs of layers, factors up to %.0f in one step", changed, largest));
    }

    private static void replace(Graph graph, GraphEdit edit, Tensor old, float[] data) {
        Tensor fresh = old.withFloats(data);
        if (graph.initializers().containsKey(old.name())) {
            edit.put(fresh);
            return;
        }
        // A Constant node gives way to an initialiser of the same name.
        graph.producer(old.name()).ifPresent(edit::remove);
        edit.put(fresh);
    }

    private static List<Pair> pairs(Graph graph) {
        List<Pair> pairs = new ArrayList<>();
        for (Node node : graph.nodes()) {
            WeightAxes.of(graph, node)
                    .filter(first -> biasIsOwn(graph, first))
                    .flatMap(first -> behind(graph, first))
                    .ifPresent(pairs::add);
        }
        return pairs;
    }

    private static boolean biasIsOwn(Graph graph, WeightAxes layer) {
        Node node = layer.node();
        return !node.hasInput(2)
                || graph.hasOneUse(node.input(2))
                        && graph.constant(node.input(2))
                                .filter(bias -> bias.elements() == layer.outputs())
                                .isPresent();
    }

    private static Optional<Pair> behind(Graph graph, WeightAxes first) {
        String value = first.node().output(0);
        boolean flat = false;
        while (graph.hasOneUse(value) && !graph.isOutput(value)) {
            Node next = graph.consumers(value).get(0);
            if (!next.input(0).equals(value)) {
                return Optional.empty();
            }
            if (next.isAnyOf(TRANSPARENT) && next.domain().isEmpty()) {
                value = next.output(0);
            } else if (next.is("Flatten") && next.intAttribute("axis", 1) == 1) {
                flat = true;
                value = next.output(0);
            } else {
                boolean flattened = flat;
                return WeightAxes.of(graph, next)
                        .filter(second ->
                                first.node().is("Conv") == second.node().is("Conv") || flattened)
                        .filter(second -> second.inputs() % first.outputs() == 0)
                        .map(second -> new Pair(first, second, second.inputs() / first.outputs()));
            }
        }
        return Optional.empty();
    }

    private static float[] factors(Pair pair, Map<String, float[]> values) {
        float[] before = new float[pair.first().outputs()];
        float[] behind = new float[before.length];
        float[] first = data(pair.first().weight(), values);
        float[] second = data(pair.second().weight(), values);
        for (int i = 0; i < first.length; i++) {
            int channel = pair.first().output(i);
            before[channel] = Math.max(before[channel], Math.abs(first[i]));
        }
        for (int i = 0; i < second.length; i++) {
            int channel = pair.second().input(i) / pair.repeat();
            behind[channel] = Math.max(behind[channel], Math.abs(second[i]));
        }
        float[] factors = new float[before.length];
        for (int c = 0; c < factors.length; c++) {
            double wanted = before[c] > 0 && behind[c] > 0 ? Math.sqrt((double) before[c] / behind[c]) : 1;
            factors[c] = powerOfTwo(wanted);
        }
        return factors;
    }

    /** The nearest power of two; 1 for what is not finite. */
    static float powerOfTwo(double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            return 1;
        }
        long exponent = Math.round(Math.log(value) / Math.log(2));
        return Math.scalb(1f, (int) Math.min(Math.max(exponent, -LARGEST_EXPONENT), LARGEST_EXPONENT));
    }

    private static double most(float[] factors) {
        double most = 1;
        for (float factor : factors) {
            most = Math.max(most, Math.max(factor, 1 / factor));
        }
        return most;
    }

    private static void scale(Pair pair, float[] factors, Graph graph, Map<String, float[]> values) {
        float[] first = data(pair.first().weight(), values);
        for (int i = 0; i < first.length; i++) {
            first[i] /= factors[pair.first().output(i)];
        }
        Node node = pair.first().node();
        if (node.hasInput(2)) {
            float[] bias = data(graph.constant(node.input(2)).orElseThrow(), values);
            for (int c = 0; c < bias.length; c++) {
                bias[c] /= factors[c];
            }
        }
        float[] second = data(pair.second().weight(), values);
        for (int i = 0; i < second.length; i++) {
            second[i] *= factors[pair.second().input(i) / pair.repeat()];
        }
    }

    private static float[] data(Tensor tensor, Map<String, float[]> values) {
        return values.computeIfAbsent(tensor.name(), name -> tensor.toFloats().clone());
    }
}
