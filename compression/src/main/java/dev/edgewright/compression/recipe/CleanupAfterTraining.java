package dev.edgewright.compression.recipe;

import dev.edgewright.compression.cleanup.Cleanup;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.quantize.StaticInt8;

/** Does what the clean-up left out for training: folds normalisation. A graph that training quantised is finished already. */
final class CleanupAfterTraining implements Pass {

    @Override
    public String name() {
        return "cleanup";
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        return StaticInt8.isQuantized(graph)
                ? PassResult.unchanged(graph)
                : Cleanup.all().apply(graph, context);
    }
}
