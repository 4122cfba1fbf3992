package dev.edgewright.compression.prune;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What every operator couples. An operator that is not listed freezes all it touches. Layers with weights are in
 * {@link LayerRules}, operators that move elements about in {@link ShapeRules}.
 *
 * <p>After Fang et al. 2023, DepGraph (arXiv 2301.12900), at the grain of single indices instead of whole layers, so that Concat, Split,
 * Flatten and attention heads need no special case.
 */
final class CouplingRules {

    private static final Set<String> ELEMENTWISE = Set.of(
            "Abs",
            "Acos",
            "And",
            "Add",
            "Asin",
            "Atan",
            "Cast",
            "Ceil",
            "Celu",
            "Clip",
            "Cos",
            "Div",
            "Dropout",
            "Elu",
            "Equal",
            "Erf",
            "Exp",
            "Floor",
            "Gelu",
            "Greater",
            "HardSigmoid",
            "HardSwish",
            "Identity",
            "IsNaN",
            "LeakyRelu",
            "Less",
            "Log",
            "Max",
            "Mean",
            "Min",
            "Mish",
            "Mul",
            "Neg",
            "Not",
            "Or",
            "PRelu",
            "Pow",
            "Reciprocal",
            "Relu",
            "Round",
            "Selu",
            "Sigmoid",
            "Sign",
            "Sin",
            "Softplus",
            "Softsign",
            "Sqrt",
            "Sub",
            "Sum",
            "Tanh",
            "ThresholdedRelu",
            "Where");
    private static final Set<String> POOLS =
            Set.of("AveragePool", "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "LpPool", "LRN", "MaxPool");
    private static final Set<String> ALONG_AXIS =
            Set.of("Softmax", "LogSoftmax", "Hardmax", "CumSum", "LpNormalization");
    private static final Set<String> NORMALIZATIONS = Set.of("BatchNormalization", "InstanceNormalization");
    private static final Set<String> REDUCTIONS = Set.of(
            "ArgMax",
            "ArgMin",
            "ReduceL1",
            "ReduceL2",
            "ReduceLogSum",
            "ReduceLogSumExp",
            "ReduceMax",
            "ReduceMean",
            "ReduceMin",
            "ReduceProd",
            "ReduceSum",
            "ReduceSumSquare");

    private final Graph graph;
    private final Couplings couplings;
    private final boolean throughLayerNorm;

    CouplingRules(Graph graph, Couplings couplings, boolean throughLayerNorm) {
        this.graph = graph;
        this.couplings = couplings;
        this.throughLayerNorm = throughLayerNorm;
    }

    /** Applies every node's rule; graph inputs and outputs stay as they are. */
    void apply() {
        graph.inputs().forEach(input -> couplings.freeze(input.name(), "graph input " + input.name()));
        graph.outputs().forEach(output -> couplings.freeze(output.name(), "graph output " + output.name()));
        for (Node node : graph.nodes()) {
            node.captured().forEach(value -> couplings.freeze(value, "subgraph of " + node.label()));
            if (node.is("Constant")) {
                continue;
            }
            rule(node);
        }
    }

    private void rule(Node node) {
        String where = node.op() + " " + node.label();
        boolean known = node.domain().isEmpty()
                && !node.hasSubgraphs()
                && node.reads().stream().allMatch(read -> couplings.rank(read) >= 0)
                && couplings.rank(node.output(0)) >= 0;
        if (!known) {
            couplings.freezeAll(node, where);
        } else if (node.isAnyOf(ELEMENTWISE)) {
            elementwise(node, where);
        } else if (node.isAnyOf(POOLS)) {
            channels(node, where);
        } else if (node.isAnyOf(ALONG_AXIS)) {
            alongAxis(node, where);
        } else if (node.isAnyOf(REDUCTIONS)) {
            reduction(node, where);
        } else if (node.isAnyOf(NORMALIZATIONS)) {
            normalization(node, where);
        } else if (node.is("LayerNormalization")) {
            layerNormalization(node, where);
        } else if (!new LayerRules(graph, couplings).apply(node, where)
                && !new ShapeRules(graph, couplings).apply(node, where)) {
            couplings.freezeAll(node, "unknown operator " + where);
        }
    }

    /** Right-aligned broadcasting; an axis of size 1 that is repeated belongs to nothing. */
    private void elementwise(Node node, String where) {
        String out = node.output(0);
        for (int i = 1; i < node.outputs().size(); i++) {
            if (couplings.rank(node.output(i)) == couplings.rank(out)) {
                couplings.linkAll(node.output(i), out, where);
            }
        }
        for (String in : node.reads()) {
            broadcast(in, out, couplings.rank(in), where);
        }
    }

    /** Couples the first {@code axes} axes of a value with those of the output that they meet. */
    private void broadcast(String in, String out, int axes, String where) {
        LayerRules.broadcast(couplings, in, axes, out, couplings.rank(out) - couplings.rank(in), where);
    }

    private void channels(Node node, String where) {
        couplings.freeze(node.input(0), 0, "batch of " + where);
        couplings.freeze(node.output(0), 0, "batch of " + where);
        couplings.link(node.input(0), 1, node.output(0), 1, where);
        boolean mixes = node.is("LRN");
        for (int axis = 2; axis < couplings.rank(node.input(0)); axis++) {
            couplings.freeze(node.input(0), axis, "space of " + where);
            couplings.freeze(node.output(0), axis, "space of " + where);
        }
        if (mixes || node.outputs().size() > 1) {
            couplings.freezeAll(node, where);
        }
    }

    private void alongAxis(Node node, String where) {
        String in = node.input(0);
        String out = node.output(0);
        couplings.linkAll(in, out, where);
        boolean old = graph.opset() < 13 && (node.is("Softmax") || node.is("LogSoftmax") || node.is("Hardmax"));
        if (node.is("CumSum")) {
            couplings.freezeAll(node, where);
            return;
        }
        int axis = couplings.axis(in, node.intAttribute("axis", old ? 1 : -1));
        couplings.freeze(in, axis, "normalised axis of " + where);
        for (int i = axis + 1; old && i < couplings.rank(in); i++) {
            couplings.freeze(in, i, "normalised axis of " + where);
        }
    }

    private void reduction(Node node, String where) {
        String in = node.input(0);
        String out = node.output(0);
        Optional<long[]> axes = axes(node);
        if (axes.isEmpty()) {
            couplings.freezeAll(node, where);
            return;
        }
        Set<Integer> reduced = new TreeSet<>();
        for (long axis : axes.get()) {
            reduced.add(couplings.axis(in, axis));
        }
        boolean keep = node.intAttribute("keepdims", 1) != 0;
        int to = 0;
        for (int axis = 0; axis < couplings.rank(in); axis++) {
            if (!reduced.contains(axis)) {
                couplings.link(in, axis, out, to++, where);
            } else {
                couplings.freeze(in, axis, "reduced axis of " + where);
                if (keep) {
                    couplings.freeze(out, to++, "reduced axis of " + where);
                }
            }
        }
    }

    private Optional<long[]> axes(Node node) {
        if (node.op().startsWith("Arg")) {
            return Optional.of(new long[] {node.intAttribute("axis", 0)});
        }
        if (node.hasInput(1)) {
            return graph.constant(node.input(1)).map(Tensor::toLongs);
        }
        return node.attribute("axes").map(attribute -> attribute.intValues());
    }

    private void normalization(Node node, String where) {
        couplings.linkAll(node.input(0), node.output(0), where);
        for (int i = 1; i < node.inputs().size(); i++) {
            couplings.link(node.input(i), 0, node.output(0), 1, where);
        }
        if (node.outputs().size() > 1) {
            couplings.freezeAll(node, "training form of " + where);
        }
    }

    private void layerNormalization(Node node, String where) {
        String in = node.input(0);
        String out = node.output(0);
        couplings.linkAll(in, out, where);
        for (int i = 1; i < node.inputs().size(); i++) {
            if (node.hasInput(i)) {
                broadcast(node.input(i), out, couplings.rank(node.input(i)), where);
            }
        }
        int axis = couplings.axis(in, node.intAttribute("axis", -1));
        int last = couplings.rank(in) - 1;
        for (int i = axis; i <= last; i++) {
            if (!throughLayerNorm || axis != last) {
                couplings.freeze(in, i, "normalised axis of " + where);
            }
        }
        for (int i = 1; i < node.outputs().size(); i++) {
            couplings.freeze(node.output(i), where);
        }
    }
}
