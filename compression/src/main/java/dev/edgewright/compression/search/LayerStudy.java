package dev.edgewright.compression.search;

import dev.edgewright.compression.calibration.ActivationStatistics;
import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.quantize.StaticInt8;
import dev.edgewright.compression.quantize.StaticInt8Options;
import dev.edgewright.compression.runtime.LatencyMeter;
import dev.edgewright.compression.runtime.LatencyResult;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What giving each layer back to float would change, one layer at a time: the error at the model's output, and the time of one run, both
 * measured, with the conversions at the border counted. Layers that get faster as floats are losers; the others are ranked by error removed
 * for each microsecond that they cost.
 *
 * @param baseError mean squared error of the outputs with every layer in int8, relative to the mean square of the float outputs
 * @param baseMicros time of one run with every layer in int8
 * @param effects one for each layer, in topological order
 */
public record LayerStudy(double baseError, double baseMicros, List<Effect> effects) {

    private static final int SAMPLES = 64;
    private static final double NOISE = 0.01;

    /**
     * What keeping one layer float does.
     *
     * @param layer the layer's output
     * @param op its operator
     * @param error the relative error that is left
     * @param micros the change of one run's time; negative when float is faster
     */
    public record Effect(String layer, String op, double error, double micros) {}

    public LayerStudy {
        effects = List.copyOf(effects);
    }

    /**
     * Studies a cleaned-up float graph.
     *
     * @param statistics of the values that {@link StaticInt8#watched} names
     * @param keepGoing asked before each layer; the study stops early when it says no
     */
    public static LayerStudy of(
            Graph graph,
            Split split,
            StaticInt8Options options,
            ActivationStatistics statistics,
            PassContext context,
            java.util.function.BooleanSupplier keepGoing) {
        Split few = split.limit(SAMPLES);
        Batching batching = Batching.of(graph.feeds(), 16);
        Batching one = Batching.of(graph.feeds(), 1);
        Map<String, Tensor> feeds = one.fit(few.first(one.size())).inputs();
        List<Effect> effects = new ArrayList<>();
        Graph all = new StaticInt8(options, statistics).apply(graph, context).graph();
        try (ModelSession reference = ModelSession.open(graph, SessionSettings.single());
                ModelSession base = ModelSession.open(all, SessionSettings.single())) {
            List<float[]> wanted = outputs(reference, few, batching);
            double baseError = error(wanted, outputs(base, few, batching));
            double baseMicros = 0;
            for (String layer : StaticInt8.layers(graph, context)) {
                if (!keepGoing.getAsBoolean()) {
                    break;
                }
                Set<String> keep = new TreeSet<>(options.keepFloat());
                if (!keep.add(layer)) {
                    continue;
                }
                Graph without = new StaticInt8(options.withKeepFloat(keep), statistics)
                        .apply(graph, context)
                        .graph();
                try (ModelSession session = ModelSession.open(without, SessionSettings.single())) {
                    double error = error(wanted, outputs(session, few, batching));
                    List<LatencyResult> times =
                            new LatencyMeter(Duration.ofMillis(150), 60).compare(List.of(base, session), feeds, 1);
                    baseMicros = times.get(0).p50Millis() * 1000;
                    double micros = baseMicros * (times.get(1).relative() - 1);
                    effects.add(new Effect(
                            layer, graph.producer(layer).orElseThrow().op(), error, micros));
                }
            }
            return new LayerStudy(baseError, baseMicros, effects);
        }
    }

    private static List<float[]> outputs(ModelSession session, Split split, Batching batching) {
        List<float[]> outputs = new ArrayList<>();
        split.forEachBatch(
                batching.size(),
                batch -> outputs.add(session.run(batching.fit(batch).inputs())
                        .values()
                        .iterator()
                        .next()
                        .toFloats()));
        return outputs;
    }

    private static double error(List<float[]> wanted, List<float[]> have) {
        double error = 0;
        double size = 0;
        for (int b = 0; b < wanted.size(); b++) {
            for (int i = 0; i < wanted.get(b).length; i++) {
                double difference = wanted.get(b)[i] - have.get(b)[i];
                error += difference * difference;
                size += (double) wanted.get(b)[i] * wanted.get(b)[i];
            }
        }
        return size == 0 ? 0 : error / size;
    }

    /** Layers that are faster as floats, by more than the noise of measuring, those that save most first. */
    public List<String> losers() {
        return effects.stream()
                .filter(effect -> effect.micros() < -NOISE * baseMicros)
                .sorted(Comparator.comparingDouble(Effect::micros))
                .map(Effect::layer)
                .toList();
    }

    /** Layers whose return to float removes error, those that remove most for each microsecond first. */
    public List<String> sensitive() {
        return effects.stream()
                .filter(effect -> effect.error() < baseError * 0.98)
                .sorted(Comparator.comparingDouble((Effect effect) ->
                                (baseError - effect.error()) / Math.max(effect.micros(), NOISE * baseMicros))
                        .reversed())
                .map(Effect::layer)
                .toList();
    }
}
