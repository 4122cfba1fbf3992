package dev.edgewright.compression.cleanup;

import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Writes ReduceMean over the two image axes as GlobalAveragePool, which has an int8 kernel; ReduceMean has none.
 *
 * <pre>
 * before: ReduceMean(x[N,C,H,W]) {axes=[2,3], keepdims=0} -> y[N,C]
 * after:  GlobalAveragePool(x) -> Flatten -> y
 * </pre>
 */
public final class MeanToPool implements Pass {

    @Override
    public String name() {
        return "mean-to-pool";
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        GraphEdit edit = graph.edit();
        int rewritten = 0;
        for (Node mean : graph.nodes("ReduceMean")) {
            Optional<long[]> axes = mean.hasInput(1)
                    ? graph.constant(mean.input(1)).map(Tensor::toLongs)
                    : mean.attribute("axes").map(Attribute::intValues);
            if (axes.isEmpty() || context.shapes(graph).rank(mean.input(0)) != 4) {
                continue;
            }
            long[] sorted = Arrays.stream(axes.get())
                    .map(axis -> axis < 0 ? axis + 4 : axis)
                    .sorted()
                    .toArray();
            if (!Arrays.equals(sorted, new long[] {2, 3})) {
                continue;
            }
            String out = mean.output(0);
            if (mean.intAttribute("keepdims", 1) != 0) {
                edit.replace(mean, Node.of("GlobalAveragePool", mean.name(), List.of(mean.input(0)), List.of(out)));
            } else {
                String pooled = edit.freshName(out + "_pooled");
                edit.replace(
                        mean,
                        Node.of("GlobalAveragePool", mean.name(), List.of(mean.input(0)), List.of(pooled)),
                        Node.of(
                                "Flatten",
                                out + "_flatten",
                                List.of(pooled),
                                List.of(out),
                                Attribute.ofInt("axis", 1)));
            }
            rewritten++;
        }
        return rewritten == 0
                ? PassResult.unchanged(graph)
                : PassResult.changed(edit.build(), "mean-to-pool: rewrote " + rewritten + " ReduceMean");
    }

    @Override
    public void ensures(Graph before, PassResult result) {
        Promises.sameInterface(name(), before, result.graph());
    }
}
