package dev.edgewright.compression.lowrank;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.calibration.InputMoments;
import dev.edgewright.compression.calibration.LayerReader;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Shape;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.lowrank.Factorisation.Part;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.prune.Cost;
import dev.edgewright.compression.quantize.StaticInt8;
import dev.edgewright.compression.runtime.LayerTimer;
import dev.edgewright.compression.runtime.ShapeInference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Writes layers as chains of smaller ones until the multiply-adds, or the predicted time, fit a budget. Form and rank are chosen for each layer
 * by the output variance lost, on calibration data, for each multiply-add or microsecond saved. Every chain is timed as a graph of its own, so
 * one that saves multiply-adds and no time is not taken under a budget of time.
 *
 * <pre>
 * before: x -> Conv[64,64,3,3] -> y
 * after:  x -> Conv[24,64,3,3] -> Conv[64,24,1,1] -> y
 * </pre>
 */
public final class LowRank implements Pass {

    private static final int BATCH = 32;

    private final double ratio;
    private final int block;
    private final LayerTimer timer;

    /**
     * @param ratio the share of the multiply-adds that may stay, above 0 and at most 1
     * @param block ranks are multiples of this
     */
    public LowRank(double ratio, int block) {
        this(ratio, block, null);
    }

    /**
     * A budget of predicted time.
     *
     * @param ratio the share of the layers' time on this machine that may stay
     * @param timer measures layers and chains; null counts multiply-adds
     */
    public LowRank(double ratio, int block, LayerTimer timer) {
        if (!(ratio > 0 && ratio <= 1)) {
            throw new IllegalArgumentException("the share that stays must be above 0 and at most 1, not " + ratio);
        }
        if (block < 1) {
            throw new IllegalArgumentException("a block holds at least one channel, not " + block);
        }
        this.ratio = ratio;
        this.block = block;
        this.timer = timer;
    }

    @Override
    public String name() {
        return "low-rank";
    }

    @Override
    public void requires(Graph graph, PassContext context) {
        if (StaticInt8.isQuantized(graph)) {
            throw new CompressionException(
                    Code.ALREADY_QUANTIZED, "layers are factorised before quantising; start from the float model");
        }
        if (context.calibration().isEmpty()) {
            throw new CompressionException(Code.DATA_REQUIRED, "low-rank needs calibration samples; give data");
        }
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        ShapeInference shapes = context.shapes(graph);
        Split split = context.calibration().orElseThrow();
        List<LayerReader> layers = new ArrayList<>();
        for (Node node : graph.nodes()) {
            LayerReader.of(graph, node)
                    .filter(layer -> layer.columns() <= InputMoments.LARGEST_MATRIX
                            && layer.outputs() > block
                            && layer.columns() > block
                            && graph.hasOneUse(node.input(1)))
                    .ifPresent(layers::add);
        }
        Map<String, List<Factorisation>> options = new LinkedHashMap<>();
        Map<String, InputMoments> moments =
                layers.isEmpty() ? Map.of() : InputMoments.gather(graph, layers, split, BATCH, context.seed());
        Map<String, Double> macs = new LinkedHashMap<>();
        moments.forEach((id, one) -> {
            Optional<Shape> in = shapes.shape(one.layer().node().input(0));
            Optional<Shape> out = shapes.shape(id);
            if (in.isPresent() && out.isPresent()) {
                Factoriser factoriser =
                        new Factoriser(one, in.get().sizes(), out.get().sizes(), block);
                options.put(id, factoriser.all());
                macs.put(id, factoriser.macs());
            }
        });
        if (timer != null) {
            moments.forEach((id, one) -> timed(one.layer(), shapes, options, macs));
        }
        double before = timer == null
                ? Cost.macs(graph, shapes)
                : Cost.time(graph, shapes, List.of(), block, timer).of(new int[0]);
        Map<String, Factorisation> chosen = choose(options, macs, before);
        double after = before;
        for (Map.Entry<String, Factorisation> entry : chosen.entrySet()) {
            after += entry.getValue().cost() - macs.get(entry.getKey());
        }
        if (after > ratio * before * (1 + 1e-9)) {
            throw new CompressionException(
                    Code.RECIPE_INVALID,
                    String.format(
                            Locale.ROOT,
                            "low-rank cannot keep only %.3f of the %s: %.3f is the least here",
                            ratio,
                            unit(),
                            after / before));
        }
        if (chosen.isEmpty()) {
            return PassResult.unchanged(graph);
        }
        GraphEdit edit = graph.edit();
        chosen.forEach((id, factorisation) -> rewrite(graph, edit, moments.get(id), factorisation));
        StringBuilder line = new StringBuilder(
                String.format(Locale.ROOT, "low-rank: %s %.3f of before, block=%d", unit(), after / before, block));
        chosen.forEach((id, one) -> line.append(' ')
                .append(moments.get(id).layer().node().label())
                .append('=')
                .append(one.form())
                .append('(')
                .append(one.rank())
                .append(')'));
        return PassResult.changed(edit.build(), line.toString());
    }

    /** Puts microseconds in place of multiply-adds. */
    private void timed(
            LayerReader layer,
            ShapeInference shapes,
            Map<String, List<Factorisation>> options,
            Map<String, Double> costs) {
        String id = layer.node().output(0);
        if (!options.containsKey(id)) {
            return;
        }
        ChainTimes times =
                new ChainTimes(timer, shapes.shape(layer.node().input(0)).orElseThrow());
        costs.put(id, times.whole(layer));
        options.put(
                id,
                options.get(id).stream()
                        .map(chain -> chain.withCost(times.of(chain)))
                        .toList());
    }

    private String unit() {
        return timer == null ? "macs" : "predicted time";
    }

    /** Repeatedly the change with the least error for each saved multiply-add. */
    private Map<String, Factorisation> choose(
            Map<String, List<Factorisation>> options, Map<String, Double> whole, double before) {
        Map<String, Factorisation> chosen = new LinkedHashMap<>();
        double now = before;
        while (now > ratio * before) {
            String layer = null;
            Factorisation best = null;
            double least = Double.POSITIVE_INFINITY;
            for (Map.Entry<String, List<Factorisation>> entry : options.entrySet()) {
                Factorisation present = chosen.get(entry.getKey());
                double macs = present == null ? whole.get(entry.getKey()) : present.cost();
                double error = present == null ? 0 : present.error();
                for (Factorisation option : entry.getValue()) {
                    double saved = Math.min(macs - option.cost(), now - ratio * before);
                    double rate = Math.max(option.error() - error, 1e-12) / saved;
                    if (saved > 0 && rate < least) {
                        least = rate;
                        best = option;
                        layer = entry.getKey();
                    }
                }
            }
            if (best == null) {
                return chosen;
            }
            Factorisation old = chosen.put(layer, best);
            now += best.cost() - (old == null ? whole.get(layer) : old.cost());
        }
        return chosen;
    }

    private static void rewrite(Graph graph, GraphEdit edit, InputMoments moments, Factorisation factorisation) {
        LayerReader layer = moments.layer();
        Node node = layer.node();
        String stem = node.name().isEmpty() ? node.output(0) : node.name();
        edit.remove(node);
        if (graph.initializers().containsKey(node.input(1))) {
            edit.removeInitializer(node.input(1));
        }
        String value = node.input(0);
        for (int i = 0; i < factorisation.parts().size(); i++) {
            Part part = factorisation.parts().get(i);
            boolean last = i == factorisation.parts().size() - 1;
            String name = stem + "_" + part.suffix();
            List<String> inputs =
                    new ArrayList<>(List.of(value, edit.putFresh(part.weight().withName(name + ".weight"))));
            if (last && layer.takesBias()) {
                inputs.add(edit.putFresh(bias(graph, moments, factorisation.matrix(), name + ".bias")));
            }
            String output = last ? node.output(0) : edit.freshName(name + "_out");
            edit.add(part.node(name, inputs, output));
            value = output;
        }
    }

    /** The old bias plus what the mean input loses. */
    private static Tensor bias(Graph graph, InputMoments moments, double[] approximate, String name) {
        LayerReader layer = moments.layer();
        double[] exact = layer.matrix();
        float[] old = layer.node().hasInput(2)
                ? graph.constant(layer.node().input(2)).orElseThrow().toFloats()
                : new float[1];
        float[] bias = new float[layer.outputs()];
        for (int o = 0; o < bias.length; o++) {
            double shift = 0;
            for (int c = 0; c < layer.columns(); c++) {
                int at = c * bias.length + o;
                shift += (exact[at] - approximate[at]) * moments.mean()[c];
            }
            bias[o] = (float) (old[old.length == 1 ? 0 : o] + shift);
        }
        return Tensor.ofFloats(name, bias, bias.length);
    }
}
