package dev.edgewright.compression.recipe;

import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassSequence;
import dev.edgewright.compression.quantize.EmbeddingTables;
import java.util.List;

/** What every int8 step does with embedding tables, unless {@code tables: false} says otherwise. */
final class Tables {

    private Tables() {}

    /** The pass, with tables coded behind it: products that share a table have been rewritten by then. */
    static Pass behind(Pass pass, StepParameters parameters) {
        return parameters.flag("tables", true)
                ? new PassSequence(pass.name(), List.of(pass, new EmbeddingTables()))
                : pass;
    }
}
