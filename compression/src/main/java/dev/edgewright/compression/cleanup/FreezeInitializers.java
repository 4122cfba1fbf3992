package dev.edgewright.compression.cleanup;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;

/**
 * Takes initialisers off the list of graph inputs. Before IR version 4 every weight had to be listed there, which lets a caller override
 * it and so forbids all folding; nobody does.
 */
public final class FreezeInitializers implements Pass {

    @Override
    public String name() {
        return "freeze-initializers";
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        int listed = graph.inputs().size() - graph.feeds().size();
        if (listed == 0) {
            return PassResult.unchanged(graph);
        }
        return PassResult.changed(
                graph.edit().setInputs(graph.feeds()).raiseIrVersion(4).build(),
                "freeze-initializers: " + listed + " weights are no longer listed as inputs");
    }

    @Override
    public void ensures(Graph before, PassResult result) {
        Promises.sameInterface(name(), before, result.graph());
    }
}
