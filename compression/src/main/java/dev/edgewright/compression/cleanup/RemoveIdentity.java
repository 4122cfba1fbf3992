package dev.edgewright.compression.cleanup;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import java.util.Optional;

/**
 * Removes Identity, a Relu right behind a Relu (between Q and DQ, ONNX Runtime 1.29 refuses the graph that its own fusions make of it) and,
 * outside training mode, Dropout; keeps the names of graph
 * inputs and outputs.
 */
public final class RemoveIdentity implements Pass {

    @Override
    public String name() {
        return "remove-identity";
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        Graph current = graph;
        int removed = 0;
        // One at a time: chains of identities change what their neighbours are connected to.
        for (Optional<Graph> next = step(current); next.isPresent(); next = step(current)) {
            current = next.get();
            removed++;
        }
        return removed == 0
                ? PassResult.unchanged(graph)
                : PassResult.changed(current, "remove-identity: removed " + removed + " nodes that change nothing");
    }

    private static Optional<Graph> step(Graph graph) {
        for (Node node : graph.nodes()) {
            if (!passesThrough(graph, node)) {
                continue;
            }
            String from = node.output(0);
            String to = node.input(0);
            if (!graph.isOutput(from)) {
                return Optional.of(graph.edit().remove(node).redirect(from, to).build());
            }
            Optional<Node> producer = graph.producer(to);
            if (producer.isPresent() && !graph.isOutput(to) && capturedNowhere(graph, to)) {
                return Optional.of(renameAtSource(graph, node, producer.get(), to, from));
            }
        }
        return Optional.empty();
    }

    private static Graph renameAtSource(Graph graph, Node node, Node producer, String from, String to) {
        GraphEdit edit = graph.edit().remove(node);
        Node renamed = producer.withOutputs(producer.outputs().stream()
                .map(output -> output.equals(from) ? to : output)
                .toList());
        return edit.replace(producer, renamed).redirect(from, to).build();
    }

    private static boolean capturedNowhere(Graph graph, String value) {
        return graph.consumers(value).stream().noneMatch(node -> node.captured().contains(value));
    }

    private static boolean passesThrough(Graph graph, Node node) {
        if (node.is("Identity")) {
            return true;
        }
        if (node.is("Relu")) {
            return graph.producer(node.input(0))
                    .filter(before -> before.is("Relu"))
                    .isPresent();
        }
        if (!node.is("Dropout")) {
            return false;
        }
        for (int i = 1; i < node.outputs().size(); i++) {
            String mask = node.output(i);
            if (!mask.isEmpty() && (!graph.consumers(mask).isEmpty() || graph.isOutput(mask))) {
                return false;
            }
        }
        if (!node.hasInput(2)) {
            return true;
        }
        Optional<Tensor> training = graph.constant(node.input(2));
        return training.isPresent() && training.get().toLongs()[0] == 0;
    }

    @Override
    public void ensures(Graph before, PassResult result) {
        Promises.sameInterface(name(), before, result.graph());
    }
}
