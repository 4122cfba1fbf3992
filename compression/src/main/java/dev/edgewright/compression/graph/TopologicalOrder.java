package dev.edgewright.compression.graph;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Orders nodes so that every value is computed before it is read, staying as near to the given order as that allows. */
final class TopologicalOrder {

    private TopologicalOrder() {}

    private record Visit(Node node, Iterator<String> reads) {}

    /** Depth first from each node in turn: a node that was added late lands just before the first node that needs it. */
    static List<Node> of(Collection<Node> nodes, Map<String, Node> producers) {
        List<Node> ordered = new ArrayList<>(nodes.size());
        Set<Node> done = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<Node> open = new HashSet<>();
        Deque<Visit> stack = new ArrayDeque<>();
        for (Node root : nodes) {
            if (done.contains(root)) {
                continue;
            }
            open.add(root);
            stack.push(new Visit(root, root.reads().iterator()));
            while (!stack.isEmpty()) {
                Visit visit = stack.peek();
                if (visit.reads().hasNext()) {
                    Node producer = producers.get(visit.reads().next());
                    if (producer == null || done.contains(producer)) {
                        continue;
                    }
                    if (!open.add(producer)) {
                        throw new CompressionException(
                                Code.MODEL_INVALID,
                                "node " + producer.label() + " needs its own output: the graph has a cycle");
                    }
                    stack.push(new Visit(producer, producer.reads().iterator()));
                } else {
                    stack.pop();
                    open.remove(visit.node());
                    done.add(visit.node());
                    ordered.add(visit.node());
                }
            }
        }
        return List.copyOf(ordered);
    }
}
