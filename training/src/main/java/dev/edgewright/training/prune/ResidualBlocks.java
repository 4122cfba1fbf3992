package dev.edgewright.training.prune;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The residual blocks of a graph that can go as a whole: y = x + f(x), where x and y have one shape because x is added as it is. Without the
 * block, y is x.
 */
public final class ResidualBlocks {

    /**
     * One block.
     *
     * @param join the addition
     * @param branch the nodes of f
     * @param shortcut the value x
     */
    public record Block(Node join, Set<Node> branch, String shortcut) {}

    private ResidualBlocks() {}

    /** All of them, in the order of the graph. Only those whose branch has weights, and is read by nothing but the addition. */
    public static List<Block> of(Graph graph) {
        List<Block> blocks = new ArrayList<>();
        for (Node join : graph.nodes("Add")) {
            for (int side = 0; side < 2 && join.hasInput(1); side++) {
                String shortcut = join.input(side);
                Set<Node> branch = branch(graph, join.input(1 - side), shortcut);
                if (branch != null && weighted(graph, branch)) {
                    blocks.add(new Block(join, branch, shortcut));
                    break;
                }
            }
        }
        return blocks;
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

    /** The Relu behind a block, when x comes out of a Relu already. */
    private static Optional<Node> idle(Graph graph, Block block) {
        List<Node> readers = graph.consumers(block.join().output(0));
        boolean rectified =
                graph.producer(block.shortcut()).filter(node -> node.is("Relu")).isPresent();
        return rectified && readers.size() == 1
                ? Optional.of(readers.get(0)).filter(node -> node.is("Relu") && !graph.isOutput(node.output(0)))
                : Optional.empty();
    }

    /**
     * The graph without a block, and without the weights that only it read.
     *
     * @param block of this same graph
     */
    public static Graph without(Graph graph, Block block) {
        GraphEdit edit = graph.edit().clearAnnotations();
        Set<String> weights = new HashSet<>();
        block.branch().forEach(node -> {
            node.reads().stream().filter(graph.initializers()::containsKey).forEach(weights::add);
            edit.remove(node);
        });
        edit.remove(block.join());
        edit.redirect(block.join().output(0), block.shortcut());
        idle(graph, block).ifPresent(relu -> edit.remove(relu).redirect(relu.output(0), block.shortcut()));
        weights.stream()
                .filter(name -> block.branch().containsAll(graph.consumers(name)))
                .forEach(edit::removeInitializer);
        return edit.build();
    }
}
