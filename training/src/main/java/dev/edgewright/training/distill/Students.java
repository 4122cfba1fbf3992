package dev.edgewright.training.distill;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.training.prune.Narrowing;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Smaller graphs made from a given one, with its weights where they fit. */
public final class Students {

    private Students() {}

    /** Narrowed: the most important {@code share} of each layer's channels, in multiples of {@code unit}; weights inherited. */
    public static Graph narrowed(Graph graph, double share, int unit) {
        return Narrowing.byWidth(graph, share, unit);
    }

    /**
     * Shallowed. A transformer encoder loses whole layers at even distances and keeps its last. In other graphs, residual blocks whose
     * shortcut is the block's own input (so that the shape stays) are dropped, the last of each run of blocks first. Ends when {@code drop}
     * are gone, or sooner when no more can go.
     */
    public static Graph shallowed(Graph graph, int drop) {
        if (drop > 0 && EncoderLayers.entries(graph).size() > 1) {
            return EncoderLayers.without(graph, drop);
        }
        Graph current = graph;
        for (int dropped = 0; dropped < drop; dropped++) {
            Graph next = dropOne(current);
            if (next == current) {
                return current;
            }
            current = next;
        }
        return current;
    }

    private static Graph dropOne(Graph graph) {
        List<Node> nodes = graph.nodes();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node join = nodes.get(i);
            if (!join.is("Add") || !join.hasInput(1)) {
                continue;
            }
            for (int side = 0; side < 2; side++) {
                String shortcut = join.input(side);
                Set<Node> branch = branch(graph, join.input(1 - side), shortcut);
                if (branch != null && weighted(graph, branch)) {
                    return without(graph, join, branch, shortcut);
                }
            }
        }
        return graph;
    }

    /** The nodes from the shortcut's value to this one, when nothing else enters and nothing leaves on the way; null otherwise. */
    private static Set<Node> branch(Graph graph, String from, String shortcut) {
        Set<Node> branch = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(from));
        Map<String, Boolean> seen = new HashMap<>();
        boolean reached = false;
        while (!open.isEmpty()) {
            String value = open.pop();
            if (value.equals(shortcut)) {
                reached = true;
                continue;
            }
            if (seen.put(value, true) != null || graph.constant(value).isPresent()) {
                continue;
            }
            Node producer = graph.producer(value).orElse(null);
            if (producer == null || !graph.hasOneUse(value)) {
                return null;
            }
            branch.add(producer);
            producer.reads().stream()
                    .filter(read -> graph.constant(read).isEmpty())
                    .forEach(open::push);
        }
        return reached ? branch : null;
    }

    private static boolean weighted(Graph graph, Set<Node> branch) {
        return branch.stream()
                .anyMatch(node -> node.hasInput(1)
                        && graph.constant(node.input(1))
                                .map(weight -> weight.rank() >= 2)
                                .orElse(false));
    }

    private static Graph without(Graph graph, Node join, Set<Node> branch, String shortcut) {
        GraphEdit edit = graph.edit().clearAnnotations();
        Set<String> weights = new HashSet<>();
        branch.forEach(node -> {
            node.reads().stream().filter(graph.initializers()::containsKey).forEach(weights::add);
            edit.remove(node);
        });
        edit.remove(join);
        edit.redirect(join.output(0), shortcut);
        weights.stream()
                .filter(name -> branch.containsAll(graph.consumers(name)))
                .forEach(edit::removeInitializer);
        return edit.build();
    }
}
