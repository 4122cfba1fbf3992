package dev.edgewright.compression.cleanup;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Drops nodes whose outputs nobody reads, and initialisers that no node reads. */
public final class DeadCode implements Pass {

    @Override
    public String name() {
        return "dead-code";
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        Set<String> live = new HashSet<>();
        graph.outputs().forEach(output -> live.add(output.name()));
        Set<Node> kept = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Node> backwards = new ArrayList<>(graph.nodes());
        Collections.reverse(backwards);
        for (Node node : backwards) {
            if (node.outputs().stream().anyMatch(live::contains)) {
                kept.add(node);
                live.addAll(node.reads());
            }
        }
        GraphEdit edit = graph.edit();
        int nodes = 0;
        for (Node node : graph.nodes()) {
            if (!kept.contains(node)) {
                edit.remove(node);
                nodes++;
            }
        }
        Set<String> inputs = new HashSet<>();
        graph.inputs().forEach(input -> inputs.add(input.name()));
        int tensors = 0;
        for (String name : graph.initializers().keySet()) {
            if (!live.contains(name) && !inputs.contains(name)) {
                edit.removeInitializer(name);
                tensors++;
            }
        }
        if (nodes + tensors == 0) {
            return PassResult.unchanged(graph);
        }
        return PassResult.changed(
                edit.build(), "dead-code: removed " + nodes + " unread nodes and " + tensors + " unread initialisers");
    }
}
