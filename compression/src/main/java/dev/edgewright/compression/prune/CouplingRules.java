package dev.edgewright.compression.prune;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What every operator couples. An operator that is not listed freezes all it touches. Layers with weights are in {@link LayerRules}.
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
            freezeAll(node, where);
        } else if (node.isAnyOf(ELEMENTWISE)) {
            elementwise(node, where);
        } else if (node.isAnyOf(POOLS)) {
            channels(node, where);
        } else if (node.isAnyOf(ALONG_AXIS)) {
            alongAxis(node, where);
        } else if (node.isAnyOf(REDUCTIONS)) {
            reduction(node, where);
        } else if (!new LayerRules(graph, couplings).apply(node, where)) {
            other(node, where);
        }
    }

    private void other(Node node, String where) {
        switch (node.op()) {
            case "BatchNormalization", "InstanceNormalization" -> normalization(node, where);
            case "LayerNormalization" -> layerNormalization(node, where);
            case "Concat" -> concat(node, where);
            case "Split" -> split(node, where);
            case "Flatten", "Reshape", "Squeeze", "Unsqueeze" -> reshape(node, where);
            case "Transpose" -> transpose(node, where);
            case "Resize", "Upsample", "Pad", "Slice" -> sameSizes(node, where);
            case "Gather" -> gather(node, where);
            case "Shape" -> shape(node, where);
            default -> freezeAll(node, "unknown operator " + where);
        }
    }

    private void freezeAll(Node node, String reason) {
        node.reads().forEach(value -> couplings.freeze(value, reason));
        node.outputs().forEach(value -> couplings.freeze(value, reason));
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
            freezeAll(node, where);
        }
    }

    private void alongAxis(Node node, String where) {
        String in = node.input(0);
        String out = node.output(0);
        couplings.linkAll(in, out, where);
        boolean old = graph.opset() < 13 && (node.is("Softmax") || node.is("LogSoftmax") || node.is("Hardmax"));
        if (node.is("CumSum")) {
            freezeAll(node, where);
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
            freezeAll(node, where);
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
            freezeAll(node, "training form of " + where);
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

    private void concat(Node node, String where) {
        String out = node.output(0);
        int axis = couplings.axis(out, node.intAttribute("axis", 0));
        int offset = 0;
        for (String in : node.inputs()) {
            for (int i = 0; i < couplings.rank(out); i++) {
                if (i != axis) {
                    couplings.link(in, i, out, i, where);
                }
            }
            if (offset < 0 || !couplings.has(in, axis) || !couplings.has(out, axis)) {
                couplings.freeze(in, axis, "unknown size at " + where);
                couplings.freeze(out, axis, "unknown size at " + where);
                offset = -1;
                continue;
            }
            int size = (int) couplings.sizes(in)[axis];
            for (int i = 0; i < size; i++) {
                couplings.link(in, axis, i, out, axis, offset + i);
            }
            offset += size;
        }
    }

    private void split(Node node, String where) {
        String in = node.input(0);
        int axis = couplings.axis(in, node.intAttribute("axis", 0));
        int offset = 0;
        for (String out : node.outputs()) {
            if (out.isEmpty() || couplings.rank(out) < 0 || !couplings.has(out, axis) || !couplings.has(in, axis)) {
                freezeAll(node, where);
                return;
            }
            for (int i = 0; i < couplings.rank(in); i++) {
                if (i != axis) {
                    couplings.link(in, i, out, i, where);
                }
            }
            int size = (int) couplings.sizes(out)[axis];
            for (int i = 0; i < size; i++) {
                couplings.link(in, axis, offset + i, out, axis, i);
            }
            offset += size;
        }
    }

    private void reshape(Node node, String where) {
        boolean fixed = !node.is("Reshape")
                || graph.constant(node.input(1)).isPresent() && node.intAttribute("allowzero", 0) == 0;
        boolean axes = node.is("Reshape")
                || node.is("Flatten")
                || !node.hasInput(1)
                || graph.constant(node.input(1)).isPresent();
        if (fixed && axes) {
            ReshapeCoupling.couple(couplings, node.input(0), node.output(0), where);
        } else {
            freezeAll(node, "computed shape of " + where);
        }
    }

    private void transpose(Node node, String where) {
        String in = node.input(0);
        int rank = couplings.rank(in);
        long[] reversed = new long[rank];
        Arrays.setAll(reversed, i -> rank - 1 - i);
        long[] order = node.intsAttribute("perm", reversed);
        for (int i = 0; i < rank; i++) {
            couplings.link(in, (int) order[i], node.output(0), i, where);
        }
    }

    /** Resize, Pad, Slice: channels pass where the size of the channel axis does not change; space, batch and the parameters stay. */
    private void sameSizes(Node node, String where) {
        String in = node.input(0);
        String out = node.output(0);
        boolean parameters = node.inputs().stream()
                .skip(1)
                .allMatch(value -> value.isEmpty() || graph.constant(value).isPresent());
        boolean sized = couplings.rank(in) == couplings.rank(out) && couplings.rank(in) >= 3;
        boolean region = node.is("Resize")
                && node.stringAttribute("coordinate_transformation_mode", "").equals("tf_crop_and_resize");
        boolean named = node.inputs().size() > 4 || node.attribute("axes").isPresent();
        boolean sameChannels = sized
                && couplings.has(in, 1)
                && couplings.sizes(in)[1] == couplings.sizes(out)[1];
        boolean slicesChannels = node.is("Slice") || node.is("Pad") && (named || padsChannels(node));
        if (!parameters || !sameChannels || region || slicesChannels) {
            freezeAll(node, where);
            return;
        }
        for (int axis = 0; axis < couplings.rank(in); axis++) {
            if (axis == 1) {
                couplings.link(in, 1, out, 1, where);
            } else {
                couplings.freeze(in, axis, "space of " + where);
                couplings.freeze(out, axis, "space of " + where);
            }
        }
    }

    private boolean padsChannels(Node node) {
        long[] pads =
                node.hasInput(1) ? graph.constant(node.input(1)).orElseThrow().toLongs() : node.intsAttribute("pads");
        return pads.length < 4 || pads[1] != 0 || pads[pads.length / 2 + 1] != 0;
    }

    /** An embedding: rows stay, features pass. */
    private void gather(Node node, String where) {
        String data = node.input(0);
        String indices = node.input(1);
        String out = node.output(0);
        int axis = couplings.axis(data, node.intAttribute("axis", 0));
        int extra = couplings.rank(indices);
        couplings.freeze(data, axis, "indexed axis of " + where);
        couplings.freeze(indices, where);
        for (int i = 0; i < couplings.rank(data); i++) {
            if (i != axis) {
                couplings.link(data, i, out, i < axis ? i : i - 1 + extra, where);
            }
        }
        for (int i = 0; i < extra; i++) {
            couplings.freeze(out, axis + i, "indices of " + where);
        }
    }

    /** Reading a shape is harmless where only sizes are taken from it that are not fixed. */
    private void shape(Node node, String where) {
        String in = node.input(0);
        boolean harmless = node.attributes().isEmpty()
                && graph.consumers(node.output(0)).stream()
                        .allMatch(reader -> reader.is("Gather")
                                && graph.constant(reader.input(1))
                                        .map(index -> Arrays.stream(index.toLongs())
                                                .noneMatch(i -> couplings.has(in, couplings.axis(in, i))))
                                        .orElse(false));
        if (!harmless) {
            couplings.freeze(in, where);
        }
        couplings.freeze(node.output(0), where);
    }
}
