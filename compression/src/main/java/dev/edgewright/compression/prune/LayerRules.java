package dev.edgewright.compression.prune;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.prune.ChannelSlice.Role;

/** What layers couple: the input channels with the weight's input axis, the weight's output axis with the output channels. */
final class LayerRules {

    private final Graph graph;
    private final Couplings couplings;

    LayerRules(Graph graph, Couplings couplings) {
        this.graph = graph;
        this.couplings = couplings;
    }

    /** Applies the rule; false when the node is no layer. */
    boolean apply(Node node, String where) {
        switch (node.op()) {
            case "Conv" -> convolution(node, where);
            case "ConvTranspose" -> transposed(node, where);
            case "Gemm" -> gemm(node, where);
            case "MatMul" -> product(node, where);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void convolution(Node node, String where) {
        String in = node.input(0);
        String weight = node.input(1);
        String out = node.output(0);
        keepSpace(in, weight, out, where);
        int groups = (int) node.intAttribute("group", 1);
        if (!couplings.has(in, 1) || !couplings.has(weight, 0)) {
            couplings.freeze(out, where);
            couplings.freeze(weight, where);
            return;
        }
        couplings.link(out, 1, weight, 0, where);
        if (node.hasInput(2)) {
            couplings.link(out, 1, node.input(2), 0, where);
        }
        if (groups == 1) {
            couplings.link(in, 1, weight, 1, where);
            couplings.role(weight, 0, Role.PRODUCES);
            couplings.role(weight, 1, Role.CONSUMES);
        } else if (couplings.sizes(weight)[1] == 1) {
            depthwise(in, weight, where);
        } else {
            grouped(in, weight, groups, where);
        }
    }

    /** Channel c makes outputs c*m .. c*m+m-1. */
    private void depthwise(String in, String weight, String where) {
        couplings.freeze(weight, 1, "one input channel at " + where);
        int channels = (int) couplings.sizes(in)[1];
        int multiplier = (int) couplings.sizes(weight)[0] / channels;
        for (int i = 0; i < channels * multiplier; i++) {
            couplings.link(in, 1, i / multiplier, weight, 0, i);
        }
    }

    /** Groups have to stay of equal size, so the same position of every group goes together. */
    private void grouped(String in, String weight, int groups, String where) {
        int perGroup = (int) couplings.sizes(weight)[1];
        int channels = (int) couplings.sizes(in)[1];
        for (int i = 0; i < channels; i++) {
            couplings.link(in, 1, i, weight, 1, i % perGroup);
        }
        int outputs = (int) couplings.sizes(weight)[0];
        int outPerGroup = outputs / groups;
        for (int i = 0; i < outputs; i++) {
            couplings.link(weight, 0, i, weight, 0, i % outPerGroup);
        }
        couplings.role(weight, 0, Role.PRODUCES);
        couplings.role(weight, 1, Role.CONSUMES);
    }

    private void transposed(Node node, String where) {
        String in = node.input(0);
        String weight = node.input(1);
        String out = node.output(0);
        keepSpace(in, weight, out, where);
        if (node.intAttribute("group", 1) != 1) {
            couplings.freeze(in, where);
            couplings.freeze(weight, where);
            couplings.freeze(out, where);
            return;
        }
        couplings.link(in, 1, weight, 0, where);
        couplings.link(out, 1, weight, 1, where);
        if (node.hasInput(2)) {
            couplings.link(out, 1, node.input(2), 0, where);
        }
        couplings.role(weight, 1, Role.PRODUCES);
        couplings.role(weight, 0, Role.CONSUMES);
    }

    private void keepSpace(String in, String weight, String out, String where) {
        for (int axis = 0; axis < couplings.rank(in); axis++) {
            if (axis != 1) {
                couplings.freeze(in, axis, "batch or space of " + where);
                couplings.freeze(out, axis, "batch or space of " + where);
            }
            if (axis > 1) {
                couplings.freeze(weight, axis, "kernel of " + where);
            }
        }
    }

    private void gemm(Node node, String where) {
        int transA = node.intAttribute("transA", 0) == 0 ? 0 : 1;
        int transB = node.intAttribute("transB", 0) == 0 ? 0 : 1;
        String in = node.input(0);
        String weight = node.input(1);
        String out = node.output(0);
        if (couplings.has(in, transA) && couplings.has(out, 0)) {
            couplings.link(in, transA, out, 0, where);
        } else {
            couplings.freeze(in, transA, where);
            couplings.freeze(out, 0, where);
        }
        couplings.link(in, 1 - transA, weight, transB, where);
        couplings.link(weight, 1 - transB, out, 1, where);
        if (node.hasInput(2)) {
            String bias = node.input(2);
            broadcast(couplings, bias, couplings.rank(bias), out, 2 - couplings.rank(bias), where);
        }
        weights(node, 1 - transB, transB);
    }

    private void weights(Node node, int produced, int consumed) {
        if (graph.constant(node.input(1)).isPresent()) {
            couplings.role(node.input(1), produced, Role.PRODUCES);
            couplings.role(node.input(1), consumed, Role.CONSUMES);
        }
    }

    private void product(Node node, String where) {
        String a = node.input(0);
        String b = node.input(1);
        String out = node.output(0);
        int rankA = couplings.rank(a);
        int rankB = couplings.rank(b);
        if (rankA < 2 || rankB < 2) {
            couplings.freeze(a, where);
            couplings.freeze(b, where);
            couplings.freeze(out, where);
            return;
        }
        int rank = couplings.rank(out);
        broadcast(couplings, a, rankA - 1, out, rank - rankA, where);
        broadcast(couplings, b, rankB - 2, out, rank - rankB, where);
        couplings.link(a, rankA - 1, b, rankB - 2, where);
        couplings.link(b, rankB - 1, out, rank - 1, where);
        if (rankB == 2) {
            weights(node, 1, 0);
        }
    }

    /** Couples the first axes of a value with the output's, shifted by an offset; repeated axes of size 1 belong to nothing. */
    static void broadcast(Couplings couplings, String in, int axes, String out, int offset, String where) {
        for (int axis = 0; axis < axes; axis++) {
            boolean known = couplings.has(in, axis) && couplings.has(out, axis + offset);
            if (known && couplings.sizes(in)[axis] == couplings.sizes(out)[axis + offset]) {
                couplings.link(in, axis, out, axis + offset, where);
            } else if (couplings.has(in, axis) && couplings.sizes(in)[axis] != 1) {
                couplings.freeze(in, axis, "size at " + where);
                couplings.freeze(out, axis + offset, "size at " + where);
            } else if (couplings.has(in, axis)) {
                couplings.freeze(in, axis, "repeated axis of " + where);
            }
        }
    }
}
