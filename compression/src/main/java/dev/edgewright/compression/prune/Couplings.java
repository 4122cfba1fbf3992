package dev.edgewright.compression.prune;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Shape;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.prune.ChannelSlice.Role;
import dev.edgewright.compression.runtime.ShapeInference;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The equivalence of indices: every index on every axis of fixed size is an element, and operators unite those that have to go together.
 * What must not change is frozen, with the reason; freezing one element freezes all that are united with it, before or after.
 */
final class Couplings {

    /**
     * An axis of a value.
     *
     * @param value its name
     * @param axis from 0
     */
    record Slot(String value, int axis) {}

    private final Map<Slot, Integer> first = new LinkedHashMap<>();
    private final Map<Slot, Role> roles = new HashMap<>();
    private final Map<String, long[]> shapes = new LinkedHashMap<>();
    private final Map<Integer, String> frozen = new HashMap<>();
    private int[] parent = new int[1024];
    private int elements;

    Couplings(Graph graph, ShapeInference inferred) {
        graph.feeds().forEach(feed -> declare(feed.name(), inferred.shape(feed.name())));
        graph.initializers().values().forEach(tensor -> declare(tensor.name(), Optional.of(Shape.of(tensor.sizes()))));
        for (Node node : graph.nodes()) {
            for (String output : node.outputs()) {
                Optional<Tensor> constant = graph.constant(output);
                declare(output, constant.map(tensor -> Shape.of(tensor.sizes())).or(() -> inferred.shape(output)));
            }
        }
    }

    private void declare(String value, Optional<Shape> shape) {
        if (value.isEmpty() || shape.isEmpty() || shapes.containsKey(value)) {
            return;
        }
        long[] sizes = shape.get().sizes();
        shapes.put(value, sizes);
        for (int axis = 0; axis < sizes.length; axis++) {
            if (sizes[axis] > 0) {
                first.put(new Slot(value, axis), elements);
                elements += (int) sizes[axis];
            }
        }
        int old = parent.length;
        if (elements > old) {
            parent = Arrays.copyOf(parent, Math.max(elements, 2 * old));
        }
        if (sizes.length > 0) {
            fill();
        }
    }

    private int filled;

    private void fill() {
        for (; filled < elements; filled++) {
            parent[filled] = filled;
        }
    }

    /** Sizes of a value, -1 where not fixed; null when its rank is unknown. */
    long[] sizes(String value) {
        return shapes.get(value);
    }

    int rank(String value) {
        long[] sizes = shapes.get(value);
        return sizes == null ? -1 : sizes.length;
    }

    /** The axis counted from 0, from one that may count from the end. */
    int axis(String value, long axis) {
        return (int) (axis < 0 ? axis + rank(value) : axis);
    }

    boolean has(String value, int axis) {
        return first.containsKey(new Slot(value, axis));
    }

    Iterable<Slot> slots() {
        return first.keySet();
    }

    int size(Slot slot) {
        return (int) shapes.get(slot.value())[slot.axis()];
    }

    /** The class that an index belongs to. */
    int find(Slot slot, int index) {
        return find(first.get(slot) + index);
    }

    private int find(int element) {
        int root = element;
        while (parent[root] != root) {
            root = parent[root];
        }
        for (int next = element; parent[next] != root; ) {
            int up = parent[next];
            parent[next] = root;
            next = up;
        }
        return root;
    }

    /** Why a class must stay, null when it need not. */
    String frozen(int root) {
        return frozen.get(root);
    }

    void freeze(String value, int axis, String reason) {
        Integer start = first.get(new Slot(value, axis));
        if (start != null) {
            int size = (int) shapes.get(value)[axis];
            for (int i = 0; i < size; i++) {
                frozen.putIfAbsent(find(start + i), reason);
            }
        }
    }

    void freeze(String value, String reason) {
        for (int axis = 0; axis < rank(value); axis++) {
            freeze(value, axis, reason);
        }
    }

    /** Freezes all that a node reads and writes. */
    void freezeAll(Node node, String reason) {
        node.reads().forEach(value -> freeze(value, reason));
        node.outputs().forEach(value -> freeze(value, reason));
    }

    void link(String a, int axisA, int indexA, String b, int axisB, int indexB) {
        int left = find(first.get(new Slot(a, axisA)) + indexA);
        int right = find(first.get(new Slot(b, axisB)) + indexB);
        if (left == right) {
            return;
        }
        int root = Math.min(left, right);
        int child = Math.max(left, right);
        parent[child] = root;
        String reason = frozen.remove(child);
        if (reason != null) {
            frozen.putIfAbsent(root, reason);
        }
    }

    /** Unites two axes index by index. A size that only one side knows, or that differs, freezes what is known. */
    void link(String a, int axisA, String b, int axisB, String where) {
        boolean knownA = has(a, axisA);
        boolean knownB = has(b, axisB);
        if (!knownA || !knownB || shapes.get(a)[axisA] != shapes.get(b)[axisB]) {
            freeze(a, axisA, "sizes differ at " + where);
            freeze(b, axisB, "sizes differ at " + where);
            return;
        }
        for (int i = 0; i < shapes.get(a)[axisA]; i++) {
            link(a, axisA, i, b, axisB, i);
        }
    }

    /** Unites two values on all axes. */
    void linkAll(String a, String b, String where) {
        if (rank(a) != rank(b)) {
            freeze(a, "ranks differ at " + where);
            freeze(b, "ranks differ at " + where);
            return;
        }
        for (int axis = 0; axis < rank(a); axis++) {
            link(a, axis, b, axis, where);
        }
    }

    /** Marks what an axis of a weight does. PRODUCES wins over CONSUMES when a weight is shared. */
    void role(String value, int axis, Role role) {
        roles.merge(new Slot(value, axis), role, (old, now) -> old == Role.PRODUCES ? old : now);
    }

    Role role(Slot slot) {
        return roles.getOrDefault(slot, Role.CARRIES);
    }
}
