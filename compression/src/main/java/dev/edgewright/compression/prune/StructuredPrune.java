package dev.edgewright.compression.prune;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.calibration.InputMoments;
import dev.edgewright.compression.calibration.LayerReader;
import dev.edgewright.compression.calibration.OutputProbe;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.quantize.StaticInt8;
import dev.edgewright.compression.runtime.LayerTimer;
import dev.edgewright.compression.runtime.ShapeInference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Removes whole channels down to a budget of multiply-adds, parameters or predicted time, then repairs what is left on calibration data. Without data,
 * channels are chosen by the magnitude of their weights and nothing is repaired.
 *
 * <pre>
 * before: x -> Conv[64,32,3,3] -> Relu -> Conv[64,64,3,3] -> y
 * after:  x -> Conv[40,32,3,3] -> Relu -> Conv[64,40,3,3]' -> y
 * </pre>
 */
public final class StructuredPrune implements Pass {

    private static final int BATCH = 32;
    private static final int PROBE_SAMPLES = 256;

    private final PruneOptions options;

    public StructuredPrune(PruneOptions options) {
        this.options = options;
    }

    @Override
    public String name() {
        return "prune";
    }

    @Override
    public void requires(Graph graph, PassContext context) {
        if (StaticInt8.isQuantized(graph)) {
            throw new CompressionException(
                    Code.ALREADY_QUANTIZED, "channels are pruned before quantising; start from the float model");
        }
        if (options.importance() == PruneOptions.Importance.ACTIVATION
                && context.calibration().isEmpty()) {
            throw new CompressionException(
                    Code.DATA_REQUIRED,
                    "pruning by activation needs calibration samples; give data, or importance: magnitude");
        }
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        ShapeInference shapes = context.shapes(graph);
        ChannelGroups groups = ChannelGroups.of(graph, shapes, options.throughLayerNorm());
        List<ChannelGroup> usable =
                groups.all().stream().filter(group -> group.units() > 1).toList();
        if (usable.isEmpty()) {
            List<String> notes = new ArrayList<>(groups.notes());
            notes.add("prune: no layer's channels can be removed");
            return PassResult.unchanged(graph, notes);
        }
        Cost cost = switch (options.budget()) {
            case MACS -> Cost.macs(graph, shapes, usable);
            case SIZE -> Cost.parameters(graph, usable);
            case TIME -> Cost.time(graph, shapes, usable, options.block(), new LayerTimer());
        };
        Split split = options.importance() == PruneOptions.Importance.MAGNITUDE
                ? null
                : context.calibration().orElse(null);
        List<RemovalCurve> curves =
                split == null ? magnitude(graph, usable) : measured(graph, usable, split, context.seed());
        int[] levels = BudgetSearch.choose(curves, cost, options.ratio() * cost.of(whole(curves)));
        double reached = cost.of(kept(curves, levels)) / cost.of(whole(curves));
        if (reached > options.ratio() + 1e-9) {
            throw new CompressionException(
                    Code.RECIPE_INVALID,
                    String.format(
                            Locale.ROOT,
                            "prune cannot keep only %.3f of the %s: %.3f is the least that blocks of %d channels reach here",
                            options.ratio(),
                            options.budget().unit(),
                            reached,
                            options.block()));
        }
        Map<String, int[]> keep = new LinkedHashMap<>();
        for (int g = 0; g < curves.size(); g++) {
            if (levels[g] > 0) {
                keep.put(curves.get(g).group().id(), curves.get(g).keep(levels[g]));
            }
        }
        return result(graph, context, groups, new PrunePlan(keep), split, reached);
    }

    private PassResult result(
            Graph graph, PassContext context, ChannelGroups groups, PrunePlan plan, Split split, double reached) {
        if (plan.keep().isEmpty()) {
            return PassResult.unchanged(graph, groups.notes());
        }
        Graph pruned = StructuredPruner.prune(graph, context.shapes(graph), groups, plan);
        String repair = "none";
        if (split != null && options.repair()) {
            Reconstruction.Result repaired = Reconstruction.repair(graph, pruned, groups, plan, split, context.seed());
            pruned = repaired.graph();
            repair = "least-squares(" + repaired.repaired() + " layers)";
            Graph refreshed = BatchNormRefresh.of(graph, pruned, split);
            if (refreshed != pruned) {
                pruned = refreshed;
                repair += "+batch-norm(" + pruned.nodes("BatchNormalization").size() + ")";
            }
        }
        String line = String.format(
                Locale.ROOT,
                "prune: %s %.3f of before, block=%d importance=%s repair=%s kept %s",
                options.budget().unit(),
                reached,
                options.block(),
                split == null ? "magnitude" : "activation",
                repair,
                plan.describe());
        return PassResult.changed(pruned, line, groups.notes());
    }

    /** The squared weights that go, as a share of the group's. */
    private List<RemovalCurve> magnitude(Graph graph, List<ChannelGroup> groups) {
        List<RemovalCurve> curves = new ArrayList<>();
        for (ChannelGroup group : groups) {
            double[] score = Magnitude.of(graph, group);
            int[] order = Magnitude.ascending(score);
            int[] kept = RemovalCurve.levels(group.units(), options.block());
            double[] error = new double[kept.length];
            double total = java.util.Arrays.stream(score).sum();
            for (int level = 0; level < kept.length; level++) {
                for (int i = 0; i < group.units() - kept[level]; i++) {
                    error[level] += score[order[i]] / Math.max(total, 1e-30);
                }
            }
            curves.add(new RemovalCurve(group, order, kept, error));
        }
        return curves;
    }

    /** The model's own output error with each group cut to each level, the next layers repaired from their moments. */
    private List<RemovalCurve> measured(Graph graph, List<ChannelGroup> groups, Split split, long seed) {
        List<LayerReader> layers = new ArrayList<>();
        for (Node node : graph.nodes()) {
            LayerReader.of(graph, node)
                    .filter(layer -> groups.stream().anyMatch(group -> RemovalOrder.columns(group, layer) != null))
                    .ifPresent(layers::add);
        }
        Map<String, InputMoments> moments = InputMoments.gather(graph, layers, split, BATCH, seed);
        OutputProbe probe = new OutputProbe(graph, split.limit(PROBE_SAMPLES), BATCH);
        List<RemovalCurve> curves = new ArrayList<>();
        for (ChannelGroup group : groups) {
            List<RemovalOrder.Reader> readers = RemovalOrder.readers(group, moments.values());
            int[] order = readers.isEmpty()
                    ? Magnitude.ascending(Magnitude.of(graph, group))
                    : RemovalOrder.of(group.units(), readers);
            int[] kept = RemovalCurve.levels(group.units(), options.block());
            double[] error = new double[kept.length];
            RemovalCurve orders = new RemovalCurve(group, order, kept, error);
            for (int level = 1; level < kept.length; level++) {
                error[level] = readers.isEmpty()
                        ? 1 - (double) kept[level] / group.units()
                        : probe.error(LocalRepair.without(graph, group, orders.keep(level), moments));
            }
            curves.add(new RemovalCurve(group, order, kept, error));
        }
        return curves;
    }

    private static int[] whole(List<RemovalCurve> curves) {
        return curves.stream().mapToInt(curve -> curve.group().units()).toArray();
    }

    private static int[] kept(List<RemovalCurve> curves, int[] levels) {
        int[] kept = new int[levels.length];
        for (int g = 0; g < kept.length; g++) {
            kept[g] = curves.get(g).kept()[levels[g]];
        }
        return kept;
    }
}
