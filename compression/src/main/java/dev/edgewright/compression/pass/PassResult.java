package dev.edgewright.compression.pass;

import dev.edgewright.compression.graph.Graph;
import java.util.ArrayList;
import java.util.List;

/**
 * What a pass made.
 *
 * @param graph the new graph, or the old one when there was nothing to do
 * @param changed whether the graph differs
 * @param lineage lines for the variant's history: what was done, with which parameters; empty when nothing was
 * @param notes what was left alone, and why
 */
public record PassResult(Graph graph, boolean changed, List<String> lineage, List<String> notes) {

    public PassResult {
        lineage = List.copyOf(lineage);
        notes = List.copyOf(notes);
    }

    /** Nothing to do. */
    public static PassResult unchanged(Graph graph) {
        return new PassResult(graph, false, List.of(), List.of());
    }

    /** Nothing done, with reasons. */
    public static PassResult unchanged(Graph graph, List<String> notes) {
        return new PassResult(graph, false, List.of(), notes);
    }

    /** Changed, with one line of lineage. */
    public static PassResult changed(Graph graph, String lineage) {
        return new PassResult(graph, true, List.of(lineage), List.of());
    }

    /** Changed, with one line of lineage and notes. */
    public static PassResult changed(Graph graph, String lineage, List<String> notes) {
        return new PassResult(graph, true, List.of(lineage), notes);
    }

    /** This result followed by another. */
    public PassResult then(PassResult next) {
        List<String> lines = new ArrayList<>(lineage);
        lines.addAll(next.lineage);
        List<String> remarks = new ArrayList<>(notes);
        next.notes.stream().filter(note -> !remarks.contains(note)).forEach(remarks::add);
        return new PassResult(next.graph, changed || next.changed, lines, remarks);
    }
}
