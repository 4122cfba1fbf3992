package dev.edgewright.compression.cleanup;

import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassSequence;
import java.util.List;

/** The clean-up that comes before everything else. */
public final class Cleanup {

    private Cleanup() {}

    /** All clean-up passes in an order in which each finds what the ones before it prepared. */
    public static Pass all() {
        return new PassSequence(
                "cleanup",
                List.of(
                        new FreezeInitializers(),
                        new RemoveIdentity(),
                        new FoldConstants(),
                        new FoldBatchNorm(),
                        new DeadCode()));
    }
}
