package dev.edgewright.compression.prune;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import java.util.Arrays;

/** What operators couple that move elements about and compute nothing: each index of the output with the one that it came from. */
final class ShapeRules {

    private final Graph graph;
    private final Couplings couplings;

    ShapeRules(Graph graph, Couplings couplings) {
        this.graph = graph;
        this.couplings = couplings;
    }

    /** Applies the rule; false when the node computes. */
    boolean apply(Node node, String where) {
        switch (node.op()) {
            case "Concat" -> concat(node, where);
            case "Split" -> split(node, where);
            case "Flatten", "Reshape", "Squeeze", "Unsqueeze" -> reshape(node, where);
            case "Transpose" -> transpose(node, where);
            case "Resize", "Upsample", "Pad", "Slice" -> sameSizes(node, where);
            case "Gather" -> gather(node, where);
            case "Shape" -> shape(node, where);
            default -> {
                return false;
            }
        }
        return true;
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
                couplings.freezeAll(node, where);
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
            couplings.freezeAll(node, "computed shape of " + where);
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
            couplings.freezeAll(node, where);
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
