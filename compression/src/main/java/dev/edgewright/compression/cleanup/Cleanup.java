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
                        new RaiseOpset(),
                        new FoldConstants(),
                        new MeanToPool(),
                        new PadIntoConv(),
                        new SplitSwish(),
                        new FoldBatchNorm(),
                        new FoldScale(),
                        new DeadCode(),
                        new MergeDuplicates()));
    }

    /** What training wants: no dead ends, but BatchNormalization and scales as layers of their own, because they help to train. */
    public static Pass forTraining() {
        return new PassSequence(
                "cleanup-training",
                List.of(
                        new FreezeInitializers(),
                        new RemoveIdentity(),
                        new RaiseOpset(),
                        new FoldConstants(),
                        new DeadCode()));
    }

    /** What static int8 wants on top: products as Gemm, and few float kernels in between. For float it only moves work about. */
    public static Pass forInt8() {
        return new PassSequence("cleanup-int8", List.of(new SkipNorm(), new MatMulToGemm(), new DeadCode()));
    }

    /** What the other forms of int8 want on top: few float kernels in between. */
    public static Pass forProducts() {
        return new PassSequence("cleanup-products", List.of(new SkipNorm(), new DeadCode()));
    }

    /** What comes last, before a graph is written to be deployed: the same computation in fewer bytes. */
    public static Pass forDeployment() {
        return new PassSequence("cleanup-deployment", List.of(MergeDuplicates.ofAnySize(), new ShortNames()));
    }
}
