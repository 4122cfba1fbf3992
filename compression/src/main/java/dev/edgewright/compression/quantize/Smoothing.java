package dev.edgewright.compression.quantize;

import dev.edgewright.compression.calibration.ActivationStatistics;
import dev.edgewright.compression.calibration.ChannelStatistics;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Moves outliers from activations into weights where a LayerNormalization feeds layers: its channel j is divided by a factor, and row j of every
 * weight behind it is multiplied by the same. Costs nothing at run time, because the factor goes into the normalisation's own weights.
 *
 * <pre>
 * before: LayerNormalization(g, b) -> MatMul(W)
 * after:  LayerNormalization(g / s, b / s) -> MatMul(s * W)      s_j = max|x_j|^alpha / max|W_j|^(1 - alpha), a power of two
 * </pre>
 *
 * alpha is searched for each normalisation by the noise that int8 is predicted to make at the layers' outputs ({@link Int8Noise}); a
 * normalisation that would not gain stays. Factors are powers of two, so the float graph computes the same to the last bit. A normalisation
 * whose output is also added to something (post-norm residuals) stays, with a note. Source: Xiao et al. 2022, SmoothQuant (arXiv 2211.10438).
 */
public final class Smoothing implements Pass {

    private static final double[] ALPHAS = {0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};
    private static final double WORTHWHILE = 0.95;

    private final ActivationStatistics statistics;
    private final OptionalDouble alpha;

    /**
     * @param statistics of the same graph
     * @param alpha the share of the outliers that the weights take, 0..1, for every normalisation; empty searches
     */
    public Smoothing(ActivationStatistics statistics, OptionalDouble alpha) {
        alpha.ifPresent(value -> {
            if (!(value >= 0 && value <= 1)) {
                throw new IllegalArgumentException("smooth must be between 0 and 1, not " + value);
            }
        });
        this.statistics = statistics;
        this.alpha = alpha;
    }

    @Override
    public String name() {
        return "smooth";
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        GraphEdit edit = graph.edit();
        List<String> notes = new ArrayList<>();
        List<String> done = new ArrayList<>();
        for (Normalization norm : Normalization.all(graph)) {
            Optional<List<WeightAxes>> layers = norm.layersBehind(graph);
            ChannelStatistics channels = statistics.channels(norm.output()).orElse(null);
            if (layers.isEmpty()) {
                notes.add("smooth: " + norm.output() + " is also read by something else than layers and stays");
            } else if (channels != null && channels.lastAxisLargest().length == norm.channels()) {
                Choice choice = choose(channels, layers.get());
                if (choice != null) {
                    norm.divide(graph, edit, choice.factors());
                    layers.get().forEach(layer -> multiply(edit, layer, choice.factors()));
                    done.add(String.format(
                            Locale.ROOT, "%s(alpha=%.1f noise=%.2f)", norm.output(), choice.alpha(), choice.noise()));
                }
            }
        }
        return done.isEmpty()
                ? PassResult.unchanged(graph, notes)
                : PassResult.changed(edit.build(), "smooth: " + String.join(" ", done), notes);
    }

    /** @param noise what is predicted to be left of the noise */
    private record Choice(double alpha, float[] factors, double noise) {}

    private Choice choose(ChannelStatistics channels, List<WeightAxes> layers) {
        float[] ones = new float[channels.lastAxisLargest().length];
        java.util.Arrays.fill(ones, 1);
        double before = noise(channels, layers, ones);
        Choice best = null;
        for (double tried : alpha.isPresent() ? new double[] {alpha.getAsDouble()} : ALPHAS) {
            float[] factors = factors(channels.lastAxisLargest(), layers, tried);
            double left = before == 0 ? 1 : noise(channels, layers, factors) / before;
            if ((best == null || left < best.noise()) && (alpha.isPresent() || left < WORTHWHILE)) {
                best = new Choice(tried, factors, left);
            }
        }
        return best;
    }

    private static double noise(ChannelStatistics channels, List<WeightAxes> layers, float[] factors) {
        return layers.stream()
                .mapToDouble(layer ->
                        Int8Noise.of(layer, channels.lastAxisLargest(), channels.lastAxisMeanSquares(), factors, true))
                .sum();
    }

    private static float[] factors(float[] largest, List<WeightAxes> layers, double alpha) {
        float[] rows = new float[largest.length];
        for (WeightAxes layer : layers) {
            float[] weight = layer.weight().toFloats();
            for (int i = 0; i < weight.length; i++) {
                int row = layer.input(i);
                rows[row] = Math.max(rows[row], Math.abs(weight[i]));
            }
        }
        float[] factors = new float[largest.length];
        for (int j = 0; j < factors.length; j++) {
            factors[j] = largest[j] > 0 && rows[j] > 0
                    ? CrossLayerEqualization.powerOfTwo(Math.pow(largest[j], alpha) / Math.pow(rows[j], 1 - alpha))
                    : 1;
        }
        return factors;
    }

    private static void multiply(GraphEdit edit, WeightAxes layer, float[] factors) {
        float[] values = layer.weight().toFloats().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] *= factors[layer.input(i)];
        }
        Tensor scaled = layer.weight().withFloats(values);
        edit.replace(layer.node(), layer.node().withInput(1, edit.putFresh(scaled)));
        edit.removeInitializer(layer.weight().name());
    }
}
