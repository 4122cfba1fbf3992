package dev.edgewright.compression.prune;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.prune.Couplings.Slot;
import dev.edgewright.compression.runtime.ShapeInference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Cuts channels out of a graph: weights, and the constants and attributes that speak of sizes. */
public final class StructuredPruner {

    private final Graph graph;
    private final ShapeInference shapes;
    private final Map<Slot, Set<Integer>> removed = new HashMap<>();
    private final GraphEdit edit;

    private StructuredPruner(Graph graph, ShapeInference shapes) {
        this.graph = graph;
        this.shapes = shapes;
        this.edit = graph.edit();
    }

    /**
     * The graph with only the units that the plan keeps. Initialisers keep their names.
     *
     * @param groups of this same graph
     * @throws CompressionException RECIPE_INVALID when the plan names a group or a unit that is not there
     */
    public static Graph prune(Graph graph, ShapeInference shapes, ChannelGroups groups, PrunePlan plan) {
        StructuredPruner pruner = new StructuredPruner(graph, shapes);
        plan.keep()
                .forEach((id, keep) -> pruner.mark(
                        groups.find(id)
                                .orElseThrow(() -> new CompressionException(
                                        Code.RECIPE_INVALID,
                                        "there is no group " + id + " to prune; there are "
                                                + groups.all().stream()
                                                        .map(ChannelGroup::id)
                                                        .toList())),
                        keep));
        return pruner.cut();
    }

    private void mark(ChannelGroup group, int[] keep) {
        if (keep[0] < 0 || keep[keep.length - 1] >= group.units()) {
            throw new CompressionException(
                    Code.RECIPE_INVALID,
                    "group " + group.id() + " has units 0.." + (group.units() - 1) + ", the plan keeps "
                            + Arrays.toString(keep));
        }
        boolean[] stays = new boolean[group.units()];
        for (int unit : keep) {
            stays[unit] = true;
        }
        for (ChannelSlice slice : group.slices()) {
            Set<Integer> gone = removed.computeIfAbsent(new Slot(slice.value(), slice.axis()), key -> new HashSet<>());
            for (int unit = 0; unit < stays.length; unit++) {
                if (!stays[unit]) {
                    Arrays.stream(slice.positions()[unit]).forEach(gone::add);
                }
            }
        }
    }

    private Graph cut() {
        Map<String, TreeSet<Integer>> axes = new LinkedHashMap<>();
        removed.forEach((slot, gone) -> {
            if (!gone.isEmpty() && graph.constant(slot.value()).isPresent()) {
                axes.computeIfAbsent(slot.value(), key -> new TreeSet<>()).add(slot.axis());
            }
        });
        new TreeSet<>(axes.keySet()).forEach(name -> {
            Tensor tensor = graph.constant(name).orElseThrow();
            for (int axis : axes.get(name)) {
                tensor = Slicing.keep(tensor, axis, staying(name, axis, (int) tensor.size(axis)));
            }
            edit.put(tensor.withName(name));
            graph.producer(name).ifPresent(edit::remove);
        });
        for (Node node : graph.nodes()) {
            Node changed = resized(node);
            if (changed != node) {
                edit.replace(node, changed);
            }
        }
        return edit.clearAnnotations().build();
    }

    private int[] staying(String value, int axis, int size) {
        Set<Integer> gone = removed.getOrDefault(new Slot(value, axis), Set.of());
        int[] keep = new int[size - gone.size()];
        int next = 0;
        for (int i = 0; i < size; i++) {
            if (!gone.contains(i)) {
                keep[next++] = i;
            }
        }
        return keep;
    }

    private int gone(String value, int axis) {
        return removed.getOrDefault(new Slot(value, axis), Set.of()).size();
    }

    private Node resized(Node node) {
        if (!node.domain().isEmpty()) {
            return node;
        }
        return switch (node.op()) {
            case "Conv" -> depthwise(node);
            case "Reshape" -> reshape(node);
            case "Split" -> split(node);
            case "Resize" -> resize(node);
            default -> node;
        };
    }

    private Node depthwise(Node node) {
        long groups = node.intAttribute("group", 1);
        int gone = gone(node.input(0), 1);
        boolean single = groups > 1 && shapes.shape(node.input(1)).orElseThrow().size(1) == 1;
        return single && gone > 0 ? node.withAttribute(Attribute.ofInt("group", groups - gone)) : node;
    }

    private Node reshape(Node node) {
        long[] target = graph.constant(node.input(1)).map(Tensor::toLongs).orElse(new long[0]);
        boolean changed = false;
        for (int axis = 0; axis < target.length; axis++) {
            int gone = gone(node.output(0), axis);
            if (gone > 0 && target[axis] > 0) {
                target[axis] -= gone;
                changed = true;
            }
        }
        return changed ? node.withInput(1, sizes(node, target)) : node;
    }

    private Node split(Node node) {
        String in = node.input(0);
        int axis = (int) node.intAttribute("axis", 0);
        axis = axis < 0 ? axis + shapes.rank(in) : axis;
        if (gone(in, axis) == 0) {
            return node;
        }
        List<Long> parts = new ArrayList<>();
        for (String output : node.outputs()) {
            parts.add(shapes.shape(output).orElseThrow().size(axis) - gone(output, axis));
        }
        long[] sizes = parts.stream().mapToLong(Long::longValue).toArray();
        if (graph.opset() < 13) {
            return node.withAttribute(Attribute.ofInts("split", sizes));
        }
        return node.withoutAttribute("num_outputs").withInput(1, sizes(node, sizes));
    }

    private Node resize(Node node) {
        int gone = gone(node.input(0), 1);
        if (gone == 0 || !node.hasInput(3)) {
            return node;
        }
        long[] target = graph.constant(node.input(3)).orElseThrow().toLongs();
        if (target.length != shapes.rank(node.input(0))) {
            return node;
        }
        target[1] -= gone;
        return node.withInput(3, sizes(node, target));
    }

    private String sizes(Node node, long[] sizes) {
        String stem = node.name().isEmpty() ? node.output(0) : node.name();
        return edit.putFresh(Tensor.ofLongs(stem + "_sizes", sizes, sizes.length));
    }
}
