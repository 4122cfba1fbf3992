package dev.edgewright.compression.recipe;

import dev.edgewright.compression.cleanup.Cleanup;
import dev.edgewright.compression.cleanup.DeadCode;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassSequence;
import dev.edgewright.compression.quantize.EmbeddingTables;
import java.util.List;

/** What the int8 steps have in common around their own work. */
final class AroundProducts {

    private AroundProducts() {}

    /**
     * A pass over products with what makes an encoder small and fast around it: fused normalisations before, coded tables behind it, when
     * products that share a table have been rewritten.
     */
    static Pass of(Pass products, StepParameters parameters) {
        return tables(
                new PassSequence(products.name(), List.of(Cleanup.forProducts(), products, new DeadCode())),
                parameters);
    }

    /** The pass, with embedding tables coded behind it unless {@code tables: false} says otherwise. */
    static Pass tables(Pass pass, StepParameters parameters) {
        return parameters.flag("tables", true)
                ? new PassSequence(pass.name(), List.of(pass, new EmbeddingTables()))
                : pass;
    }
}
