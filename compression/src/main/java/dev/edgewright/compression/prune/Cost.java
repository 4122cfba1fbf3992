package dev.edgewright.compression.prune;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Shape;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.prune.Couplings.Slot;
import dev.edgewright.compression.runtime.LayerTimer;
import dev.edgewright.compression.runtime.ShapeInference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a graph costs as a function of the units kept in each group: multiply-adds of one sample, parameters, or predicted time. Axes of unknown size (batch,
 * sequence) count as one.
 */
public final class Cost {

    /**
     * One term.
     *
     * @param base its value with everything kept
     * @param groups the groups that it is proportional to
     */
    private record Term(double base, List<Integer> groups) {}

    /** The time of one layer, and the groups of its inputs and outputs; -1 where they stay. */
    private record TimedTerm(TimedLayer layer, int inputs, int outputs) {}

    private final List<ChannelGroup> groups;
    private final List<TimedTerm> timed = new ArrayList<>();
    private final List<Term> terms = new ArrayList<>();
    private final Map<Slot, Integer> groupOf = new HashMap<>();

    private Cost(List<ChannelGroup> groups) {
        this.groups = groups;
        for (int g = 0; g < groups.size(); g++) {
            for (ChannelSlice slice : groups.get(g).slices()) {
                groupOf.put(new Slot(slice.value(), slice.axis()), g);
            }
        }
    }

    /** Multiply-adds of Conv, ConvTranspose, Gemm and MatMul. */
    public static Cost macs(Graph graph, ShapeInference shapes, List<ChannelGroup> groups) {
        Cost cost = new Cost(groups);
        for (Node node : graph.nodes()) {
            cost.layer(graph, node, shapes);
        }
        return cost;
    }

    /**
     * Microseconds of Conv, Gemm and MatMul with constant weights on one thread of this machine, each measured by itself.
     *
     * @param block channel counts that are asked for are multiples of this
     */
    public static Cost time(
            Graph graph, ShapeInference shapes, List<ChannelGroup> groups, int block, LayerTimer timer) {
        Cost cost = new Cost(groups);
        for (Node node : graph.nodes()) {
            boolean layer = node.domain().isEmpty() && (node.is("Conv") || node.is("Gemm") || node.is("MatMul"));
            Tensor weight = layer ? graph.constant(node.input(1)).orElse(null) : null;
            Shape in = shapes.shape(node.input(0)).orElse(null);
            if (weight != null && in != null && weight.rank() >= 2 && weight.type() == ElementType.FLOAT) {
                TimedLayer one = new TimedLayer(node, weight, in, block, timer);
                int outputs = cost.groupOf.getOrDefault(new Slot(weight.name(), one.outputAxis()), -1);
                int inputs = one.isDepthwise()
                        ? outputs
                        : cost.groupOf.getOrDefault(new Slot(weight.name(), 1 - one.outputAxis()), -1);
                cost.timed.add(new TimedTerm(one, inputs, outputs));
            }
        }
        return cost;
    }

    /** Elements of all initialisers. */
    public static Cost parameters(Graph graph, List<ChannelGroup> groups) {
        Cost cost = new Cost(groups);
        graph.initializers().values().forEach(tensor -> cost.term(tensor.elements(), tensor.name(), tensor.rank()));
        return cost;
    }

    /** Multiply-adds of one sample of a graph as it is. */
    public static double macs(Graph graph, ShapeInference shapes) {
        return macs(graph, shapes, List.of()).of(new int[0]);
    }

    private void layer(Graph graph, Node node, ShapeInference shapes) {
        if (!node.domain().isEmpty()) {
            return;
        }
        Tensor weight = node.hasInput(1) ? graph.constant(node.input(1)).orElse(null) : null;
        Shape out = shapes.shape(node.output(0)).orElse(null);
        Shape in = shapes.shape(node.input(0)).orElse(null);
        if (out == null || in == null) {
            return;
        }
        switch (node.op()) {
            case "Conv" -> {
                if (weight != null) {
                    term(product(out, 2, out.rank()) * weight.elements(), weight.name(), 2);
                }
            }
            case "ConvTranspose" -> {
                if (weight != null) {
                    term(product(in, 2, in.rank()) * weight.elements(), weight.name(), 2);
                }
            }
            case "Gemm" -> {
                if (weight != null) {
                    term(weight.elements(), weight.name(), 2);
                }
            }
            case "MatMul" -> {
                if (weight != null && weight.rank() == 2) {
                    term(product(out, 1, out.rank() - 1) * weight.elements(), weight.name(), 2);
                } else if (out.rank() > 1) {
                    term(product(out, 1, out.rank()) * Math.max(1, in.size(-1)), node.output(0), out.rank());
                }
            }
            default -> {}
        }
    }

    private void term(double base, String value, int axes) {
        List<Integer> factors = new ArrayList<>();
        for (int axis = 0; axis < axes; axis++) {
            Integer group = groupOf.get(new Slot(value, axis));
            if (group != null) {
                factors.add(group);
            }
        }
        terms.add(new Term(base, factors));
    }

    private static double product(Shape shape, int from, int to) {
        double product = 1;
        for (int axis = from; axis < to; axis++) {
            product *= Math.max(1, shape.size(axis));
        }
        return product;
    }

    /** The cost with this many units kept in each group. */
    public double of(int[] kept) {
        double sum = 0;
        for (Term term : terms) {
            double value = term.base;
            for (int group : term.groups) {
                value *= (double) kept[group] / groups.get(group).units();
            }
            sum += value;
        }
        for (TimedTerm term : timed) {
            sum += term.layer.micros(
                    kept(term.inputs, term.layer.inputs(), kept), kept(term.outputs, term.layer.outputs(), kept));
        }
        return sum;
    }

    private int kept(int group, int all, int[] kept) {
        return group < 0
                ? all
                : (int) ((long) all * kept[group] / groups.get(group).units());
    }
}
