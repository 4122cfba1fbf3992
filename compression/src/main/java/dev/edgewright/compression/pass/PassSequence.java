package dev.edgewright.compression.pass;

import dev.edgewright.compression.graph.Graph;
import java.util.List;

/** Passes one after the other; a sequence is itself a pass. */
public record PassSequence(String name, List<Pass> passes) implements Pass {

    public PassSequence {
        passes = List.copyOf(passes);
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        PassResult result = PassResult.unchanged(graph);
        for (Pass pass : passes) {
            result = result.then(pass.apply(result.graph(), context));
        }
        return result;
    }
}
