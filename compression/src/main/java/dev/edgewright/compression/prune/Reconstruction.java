package dev.edgewright.compression.prune;

import dev.edgewright.compression.calibration.InputMoments;
import dev.edgewright.compression.calibration.LayerReader;
import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.prune.ChannelSlice.Role;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Repairs a pruned graph without training: layer after layer, in the order of the data's flow, weights and bias are solved anew by least
 * squares so that the layer's outputs, from the pruned graph's inputs, come close to what the original gives. Errors of earlier layers are
 * made up for by later ones. A quarter of the samples is held out to choose how far a layer may move; where nothing helps there, it stays.
 *
 * <p>After He et al. 2017, Channel Pruning (arXiv 1707.06168), with the asymmetric target of their section 3.2.
 */
public final class Reconstruction {

    private static final int BATCH = 32;
    private static final int ROWS_PER_COLUMN = 16;

    private final Graph original;
    private final Map<String, Set<Integer>> goneOutputs;
    private final Split split;
    private final long seed;

    private Reconstruction(Graph original, Map<String, Set<Integer>> goneOutputs, Split split, long seed) {
        this.original = original;
        this.goneOutputs = goneOutputs;
        this.split = split;
        this.seed = seed;
    }

    /**
     * What came out.
     *
     * @param graph the repaired graph
     * @param repaired how many layers moved
     */
    public record Result(Graph graph, int repaired) {}

    /**
     * Repairs.
     *
     * @param original the graph before pruning
     * @param pruned the graph after, with the same node names and initialisers
     * @param plan what was kept, by {@code groups} of the original
     */
    public static Result repair(
            Graph original, Graph pruned, ChannelGroups groups, PrunePlan plan, Split split, long seed) {
        Map<String, Set<Integer>> gone = new HashMap<>();
        plan.keep().forEach((id, units) -> {
            ChannelGroup group = groups.find(id).orElseThrow();
            Set<Integer> stays = Arrays.stream(units).boxed().collect(Collectors.toSet());
            for (ChannelSlice slice : group.constants(Role.PRODUCES)) {
                for (int unit = 0; unit < group.units(); unit++) {
                    if (!stays.contains(unit)) {
                        Set<Integer> lost = gone.computeIfAbsent(slice.value(), key -> new HashSet<>());
                        Arrays.stream(slice.positions()[unit]).forEach(lost::add);
                    }
                }
            }
        });
        return new Reconstruction(original, gone, split, seed).run(pruned);
    }

    private Result run(Graph pruned) {
        Graph graph = pruned;
        int repaired = 0;
        boolean reached = false;
        for (Node node : original.nodes()) {
            LayerReader before = LayerReader.of(original, node).orElse(null);
            Node now = graph.producer(node.output(0)).orElse(null);
            LayerReader after = now == null ? null : LayerReader.of(graph, now).orElse(null);
            if (before == null || after == null) {
                continue;
            }
            reached |= after.columns() < before.columns();
            if (reached && after.columns() <= InputMoments.LARGEST_MATRIX) {
                Graph changed = repair(graph, before, after);
                repaired += changed == graph ? 0 : 1;
                graph = changed;
            }
        }
        return new Result(graph, repaired);
    }

    private Graph repair(Graph graph, LayerReader before, LayerReader after) {
        int[] channels = outputs(before, after);
        if (channels == null || after.node().hasInput(2) && bias(graph, after).length != after.outputs()) {
            return graph;
        }
        NormalEquations fit = new NormalEquations(after.columns() + (after.takesBias() ? 1 : 0), after.outputs());
        NormalEquations held = new NormalEquations(fit.columns(), after.outputs());
        gather(graph, before, after, channels, fit, held);
        double[] start = start(graph, after, fit.columns());
        double[] solved = fit.solve(start, held);
        return solved == start ? graph : write(graph, after, solved);
    }

    /** The original's output channels that are left; null when it is not known which. */
    private int[] outputs(LayerReader before, LayerReader after) {
        Set<Integer> gone = goneOutputs.getOrDefault(before.node().input(1), Set.of());
        int[] kept = IntStream.range(0, before.outputs())
                .filter(output -> !gone.contains(output))
                .toArray();
        return kept.length == after.outputs() ? kept : null;
    }

    private static float[] bias(Graph graph, LayerReader layer) {
        return layer.node().hasInput(2)
                ? graph.constant(layer.node().input(2)).orElseThrow().toFloats()
                : new float[layer.outputs()];
    }

    private static double[] start(Graph graph, LayerReader layer, int columns) {
        double[] start = Arrays.copyOf(layer.matrix(), columns * layer.outputs());
        if (layer.takesBias()) {
            float[] bias = bias(graph, layer);
            for (int o = 0; o < bias.length; o++) {
                start[layer.columns() * layer.outputs() + o] = bias[o];
            }
        }
        return start;
    }

    private Graph write(Graph graph, LayerReader layer, double[] solved) {
        GraphEdit edit = graph.edit();
        Node node = layer.node();
        int weights = layer.columns() * layer.outputs();
        // Another layer may share the old weight, so the new one gets a name of its own unless this is the only reader.
        Tensor weight = layer.weight(Arrays.copyOf(solved, weights));
        Node changed = node.withInput(1, put(graph, edit, weight, node.input(1)));
        if (layer.takesBias()) {
            float[] bias = new float[layer.outputs()];
            for (int o = 0; o < bias.length; o++) {
                bias[o] = (float) solved[weights + o];
            }
            String name = node.hasInput(2) ? node.input(2) : node.label() + ".bias";
            changed = changed.withInput(2, put(graph, edit, Tensor.ofFloats(name, bias, bias.length), name));
        }
        return edit.replace(node, changed).build();
    }

    private static String put(Graph graph, GraphEdit edit, Tensor tensor, String name) {
        if (graph.initializers().containsKey(name) && graph.hasOneUse(name)) {
            edit.put(tensor.withName(name));
            return name;
        }
        return edit.putFresh(tensor.withName(name));
    }

    private void gather(
            Graph graph,
            LayerReader before,
            LayerReader after,
            int[] channels,
            NormalEquations fit,
            NormalEquations held) {
        Batching batching = Batching.of(original.feeds(), (int) Math.min(BATCH, Math.max(1, split.size() / 8)));
        String target = before.node().output(0);
        String source = after.node().input(0);
        boolean fed = graph.feeds().stream().anyMatch(feed -> feed.name().equals(source));
        java.util.SplittableRandom random = new java.util.SplittableRandom(seed);
        long[] batches = {0};
        double wanted = Math.max(4096, ROWS_PER_COLUMN * fit.columns());
        try (ModelSession old =
                        ModelSession.open(InputMoments.watching(original, List.of(before)), SessionSettings.single());
                ModelSession now =
                        ModelSession.open(InputMoments.watching(graph, List.of(after)), SessionSettings.single())) {
            split.forEachBatch(batching.size(), raw -> {
                Map<String, Tensor> feeds = batching.fit(raw).inputs();
                Tensor out = old.run(feeds, Set.of(target)).get(target);
                Map<String, Tensor> values = new LinkedHashMap<>(feeds);
                if (!fed) {
                    values.putAll(now.run(feeds, Set.of(source)));
                }
                boolean last = batches[0]++ % 4 == 3;
                rows(
                        before,
                        after,
                        channels,
                        values.get(source),
                        out,
                        last ? held : fit,
                        wanted * raw.size() / split.size(),
                        random);
            });
        }
        fit.finish();
        held.finish();
    }

    private static void rows(
            LayerReader before,
            LayerReader after,
            int[] channels,
            Tensor in,
            Tensor out,
            NormalEquations into,
            double wanted,
            java.util.SplittableRandom random) {
        float[] inputs = in.toFloats();
        float[] outputs = out.toFloats();
        long[] inSizes = in.sizes();
        long[] outSizes = out.sizes();
        int positions = before.positions(outSizes);
        double probability = wanted / positions;
        for (int position = 0; position < positions; position++) {
            if (probability >= 1 || random.nextDouble() < probability) {
                double[] row = into.row();
                int offset = into.rowOffset();
                after.row(inputs, inSizes, outSizes, position, row, offset);
                if (into.columns() > after.columns()) {
                    row[offset + after.columns()] = 1;
                }
                for (int o = 0; o < channels.length; o++) {
                    into.target(o, before.output(outputs, outSizes, position, channels[o]));
                }
                into.take();
            }
        }
    }
}
