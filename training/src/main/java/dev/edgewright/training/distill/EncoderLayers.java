package dev.edgewright.training.distill;

import dev.edgewright.compression.cleanup.DeadCode;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.PassContext;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The layers of a transformer encoder, and the encoder with fewer of them. A layer begins where an attention block's shortcut leaves: the
 * value that is added to what a softmax over that same value brought. It does not matter whether normalisation comes before or after.
 */
final class EncoderLayers {

    private EncoderLayers() {}

    /** The value that enters each layer, from the first layer to the last; empty for a graph that is no such encoder. */
    static List<String> entries(Graph graph) {
        List<String> entries = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (!node.is("Add") || !node.hasInput(1)) {
                continue;
            }
            for (int side = 0; side < 2; side++) {
                String from = node.input(side);
                if (attends(graph, from, node.input(1 - side)) && learnt(graph, from)) {
                    entries.add(from);
                }
            }
        }
        return entries;
    }

    /** Whether a softmax lies on the way from one value to another. */
    private static boolean attends(Graph graph, String from, String to) {
        if (graph.constant(from).isPresent() || graph.constant(to).isPresent()) {
            return false;
        }
        Deque<String> open = new ArrayDeque<>(List.of(to));
        Set<String> seen = new HashSet<>();
        boolean reached = false;
        boolean softmax = false;
        while (!open.isEmpty()) {
            String value = open.pop();
            if (value.equals(from)) {
                reached = true;
            } else if (seen.add(value)) {
                Node producer = graph.producer(value).orElse(null);
                if (producer != null) {
                    softmax |= producer.is("Softmax");
                    producer.reads().forEach(open::push);
                }
            }
        }
        return reached && softmax;
    }

    /** Whether weights had a part in a value. A mask that is added to the scores of every layer is made without any. */
    private static boolean learnt(Graph graph, String value) {
        Deque<String> open = new ArrayDeque<>(List.of(value));
        Set<String> seen = new HashSet<>();
        while (!open.isEmpty()) {
            Node producer = graph.producer(open.pop()).orElse(null);
            if (producer == null) {
                continue;
            }
            for (String read : producer.reads()) {
                if (graph.constant(read).map(EncoderLayers::isMatrix).orElse(false)) {
                    return true;
                }
                if (seen.add(read)) {
                    open.push(read);
                }
            }
        }
        return false;
    }

    private static boolean isMatrix(Tensor tensor) {
        return tensor.rank() == 2 && tensor.type() == ElementType.FLOAT && tensor.elements() > 1;
    }

    /**
     * The encoder without {@code drop} of its layers, at least one stays: the last, and others at even distances, weights as they are. Every
     * second layer of a deep encoder is a better start than its first half (Sanh et al. 2019, arXiv 1910.01108).
     */
    static Graph without(Graph graph, int drop) {
        List<String> entries = entries(graph);
        int layers = entries.size();
        int keep = Math.max(1, layers - drop);
        Set<Integer> kept = new HashSet<>();
        for (int k = 1; k <= keep; k++) {
            kept.add((k * layers + keep - 1) / keep - 1);
        }
        GraphEdit edit = graph.edit().clearAnnotations();
        String entry = entries.get(0);
        for (int layer = 0; layer + 1 < layers; layer++) {
            String next = entries.get(layer + 1);
            if (kept.contains(layer)) {
                entry = next;
            } else {
                edit.redirect(next, entry);
            }
        }
        return new DeadCode().call(edit.build(), PassContext.of(0)).graph();
    }
}
