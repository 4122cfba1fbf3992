package dev.edgewright.training.prune;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.ValueInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The channel axes of a graph, and which of them are one: what a convolution writes, its normalisation scales, a residual addition joins
 * and the next layer reads is one space, whose channels can only go together. Spaces that meet an operator whose effect on channels is
 * not known, the graph's inputs or its outputs are locked.
 */
public final class ChannelSpaces {

    /** Keep each channel to itself and in order. */
    private static final Set<String> CHANNELWISE = Set.of(
            "Relu",
            "LeakyRelu",
            "Elu",
            "Clip",
            "Sigmoid",
            "HardSigmoid",
            "HardSwish",
            "Tanh",
            "Mish",
            "Softplus",
            "Gelu",
            "Erf",
            "Neg",
            "Abs",
            "Sqrt",
            "Exp",
            "MaxPool",
            "AveragePool",
            "GlobalAveragePool",
            "GlobalMaxPool",
            "Dropout",
            "Identity",
            "Cast");

    private static final Set<String> JOINING = Set.of("Add", "Mul", "Sub", "Div", "Max", "Min", "Sum");

    /**
     * Where a weight has the channels of a space.
     *
     * @param tensor initialiser
     * @param axis of it
     * @param space id, to be looked up with {@link #find}
     * @param repeat how many neighbouring places a channel takes on that axis (a flattened image)
     * @param reads whether this is the reading side
     */
    public record Place(String tensor, int axis, int space, long repeat, boolean reads) {}

    private record Flow(int space, long repeat) {}

    private final Graph graph;
    private final List<Integer> parents = new ArrayList<>();
    private final List<Long> sizes = new ArrayList<>();
    private final List<Boolean> locked = new ArrayList<>();
    private final Map<String, Flow> flows = new HashMap<>();
    private final List<Place> places = new ArrayList<>();
    private final List<Node> depthwise = new ArrayList<>();

    private ChannelSpaces(Graph graph) {
        this.graph = graph;
    }

    public static ChannelSpaces of(Graph graph) {
        ChannelSpaces spaces = new ChannelSpaces(graph);
        for (ValueInfo input : graph.feeds()) {
            long channels = input.shape()
                    .filter(shape -> shape.rank() >= 2)
                    .map(shape -> shape.size(1))
                    .orElse(-1L);
            int space = spaces.fresh(channels);
            spaces.locked.set(space, true);
            spaces.flows.put(input.name(), new Flow(space, 1));
        }
        graph.nodes().forEach(spaces::pass);
        graph.outputs().forEach(output -> spaces.lock(spaces.flows.get(output.name())));
        return spaces;
    }

    private int fresh(long size) {
        parents.add(parents.size());
        sizes.add(size);
        locked.add(false);
        return parents.size() - 1;
    }

    /** The representative of a space. */
    public int find(int space) {
        int root = space;
        while (parents.get(root) != root) {
            root = parents.get(root);
        }
        return root;
    }

    private void join(int a, int b) {
        int left = find(a);
        int right = find(b);
        if (left != right) {
            parents.set(right, left);
            locked.set(left, locked.get(left) || locked.get(right));
        }
    }

    private void lock(Flow flow) {
        if (flow != null) {
            locked.set(find(flow.space()), true);
        }
    }

    private void pass(Node node) {
        Flow in = node.hasInput(0) ? flows.get(node.input(0)) : null;
        if (node.is("Conv") && weight(node, 1) != null) {
            convolution(node, in);
        } else if ((node.is("Gemm") || node.is("MatMul"))
                && weight(node, 1) != null
                && weight(node, 1).rank() == 2) {
            product(node, in);
        } else if (node.is("BatchNormalization") || node.is("InstanceNormalization")) {
            for (int i = 1; i < node.inputs().size(); i++) {
                place(node.input(i), 0, in, false);
            }
            keep(node, in);
        } else if (node.is("PRelu") && weight(node, 1) != null) {
            perChannel(node, in, weight(node, 1));
        } else if (node.isAnyOf(CHANNELWISE)) {
            keep(node, in);
        } else if (node.is("Flatten") && node.intAttribute("axis", 1) == 1) {
            flatten(node, in);
        } else if (node.isAnyOf(JOINING)) {
            join(node);
        } else {
            unknown(node);
        }
    }

    private Tensor weight(Node node, int index) {
        return node.hasInput(index) ? graph.initializer(node.input(index)).orElse(null) : null;
    }

    private void place(String tensor, int axis, Flow flow, boolean reads) {
        if (flow != null && graph.initializer(tensor).isPresent()) {
            places.add(new Place(tensor, axis, flow.space(), flow.repeat(), reads));
        } else {
            lock(flow);
        }
    }

    private void keep(Node node, Flow in) {
        if (in != null) {
            flows.put(node.output(0), in);
        }
        for (int i = 1; i < node.outputs().size(); i++) {
            lock(in);
        }
    }

    private void convolution(Node node, Flow in) {
        Tensor weight = weight(node, 1);
        long groups = node.intAttribute("group", 1);
        if (groups == 1) {
            place(node.input(1), 1, in, true);
            writes(node, weight.size(0), 0);
        } else if (weight.size(1) == 1 && weight.size(0) == groups && in != null) {
            place(node.input(1), 0, in, false);
            if (node.hasInput(2)) {
                place(node.input(2), 0, in, false);
            }
            depthwise.add(node);
            keep(node, in);
        } else {
            lock(in);
            writes(node, weight.size(0), 0);
            lock(flows.get(node.output(0)));
        }
    }

    private void product(Node node, Flow in) {
        boolean transposed = node.is("Gemm") && node.intAttribute("transB", 0) == 1;
        if (node.is("Gemm") && node.intAttribute("transA", 0) == 1) {
            unknown(node);
            return;
        }
        Tensor weight = weight(node, 1);
        place(node.input(1), transposed ? 1 : 0, in, true);
        writes(node, weight.size(transposed ? 0 : 1), transposed ? 0 : 1);
    }

    /** A layer with weights begins a new space. */
    private void writes(Node node, long channels, int axis) {
        Flow out = new Flow(fresh(channels), 1);
        place(node.input(1), axis, out, false);
        if (node.hasInput(2)) {
            place(node.input(2), 0, out, false);
        }
        flows.put(node.output(0), out);
    }

    /** Places of an image's channels in the flattened vector: known from the width of the layer that reads it. */
    private void flatten(Node node, Flow in) {
        if (in == null) {
            return;
        }
        long channels = sizes.get(in.space());
        long width = -1;
        for (Node reader : graph.consumers(node.output(0))) {
            Tensor weight = weight(reader, 1);
            if (reader.is("Gemm") && weight != null) {
                width = weight.size(reader.intAttribute("transB", 0) == 1 ? 1 : 0);
            } else if (reader.is("MatMul") && weight != null) {
                width = weight.size(0);
            }
        }
        if (channels > 0 && width > 0 && width % channels == 0) {
            flows.put(node.output(0), new Flow(in.space(), in.repeat() * width / channels));
        } else {
            lock(in);
        }
    }

    private void join(Node node) {
        Flow first = null;
        for (String input : node.inputs()) {
            Flow flow = flows.get(input);
            if (flow == null) {
                continue;
            }
            if (first == null) {
                first = flow;
            } else if (sizes.get(flow.space()).equals(sizes.get(first.space())) && flow.repeat() == first.repeat()) {
                join(first.space(), flow.space());
            } else {
                lock(first);
                lock(flow);
            }
        }
        for (String input : node.inputs()) {
            if (first != null && flows.get(input) == null) {
                Tensor constant = graph.initializer(input).orElse(null);
                if (constant == null) {
                    lock(first);
                } else {
                    constant(first, constant);
                }
            }
        }
        keep(node, first);
    }

    private void perChannel(Node node, Flow in, Tensor slope) {
        if (in != null) {
            constant(in, slope);
        }
        keep(node, in);
    }

    /** A constant operand: one number, or one number a channel of an image ([C, 1, 1] or [1, C, 1, 1]) or of a row ([C]). */
    private void constant(Flow flow, Tensor constant) {
        if (constant.elements() == 1) {
            return;
        }
        long channels = sizes.get(flow.space());
        for (int axis = 0; axis < constant.rank(); axis++) {
            if (constant.size(axis) == constant.elements() && constant.size(axis) == channels * flow.repeat()) {
                int fromEnd = constant.rank() - axis;
                if (fromEnd == 3 || fromEnd == 1) {
                    places.add(new Place(constant.name(), axis, flow.space(), flow.repeat(), false));
                    return;
                }
            }
        }
        lock(flow);
    }

    private void unknown(Node node) {
        node.reads().forEach(input -> lock(flows.get(input)));
    }

    /** Spaces that may shrink, with their number of channels, in the order of the graph. */
    public Map<Integer, Long> prunable() {
        Map<Integer, Long> result = new LinkedHashMap<>();
        for (Place place : places) {
            int root = find(place.space());
            if (!locked.get(root) && !shared(place.tensor())) {
                result.put(root, sizes.get(root));
            }
        }
        // A tensor that two layers share cannot be cut for one of them.
        places.stream().filter(place -> shared(place.tensor())).forEach(place -> result.remove(find(place.space())));
        return result;
    }

    private boolean shared(String tensor) {
        return graph.consumers(tensor).size() > 1;
    }

    public List<Place> places() {
        return List.copyOf(places);
    }

    /** Convolutions of one channel a group: their group count shrinks with their space. */
    List<Node> depthwise() {
        return depthwise;
    }

    /** The space of a value's channels, or -1. */
    public int spaceOf(String value) {
        Flow flow = flows.get(value);
        return flow == null ? -1 : find(flow.space());
    }

    public long size(int space) {
        return sizes.get(find(space));
    }
}
