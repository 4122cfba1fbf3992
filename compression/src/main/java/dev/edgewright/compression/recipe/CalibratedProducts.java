package dev.edgewright.compression.recipe;

import dev.edgewright.compression.calibration.ChannelRanges;
import dev.edgewright.compression.cleanup.Cleanup;
import dev.edgewright.compression.cleanup.DeadCode;
import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.quantize.StaticProducts;
import java.util.Map;

/**
 * Static int8 for what is made of self-attention: its products in kernels of their own, with ranges from calibration data. Everything else goes
 * to the other pass.
 *
 * @param otherwise static int8 for graphs without self-attention
 */
record CalibratedProducts(Pass otherwise) implements Pass {

    @Override
    public String name() {
        return otherwise.name();
    }

    @Override
    public void requires(Graph graph, PassContext context) {
        otherwise.requires(graph, context);
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        PassResult prepared = Cleanup.forProducts().apply(graph, context);
        if (!StaticProducts.fits(prepared.graph(), context)) {
            return otherwise.call(graph, context);
        }
        Split calibration = context.calibration().orElseThrow();
        Batching.of(graph.feeds(), 1).check(calibration);
        Map<String, ChannelRanges> ranges = ChannelRanges.gather(
                prepared.graph(),
                calibration,
                StaticProducts.watched(prepared.graph()),
                context.allowance().threads());
        PassResult made = prepared.then(new StaticProducts(ranges).apply(prepared.graph(), context));
        return made.then(new DeadCode().apply(made.graph(), context));
    }
}
