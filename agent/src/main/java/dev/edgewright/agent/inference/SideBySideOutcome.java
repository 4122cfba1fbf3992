package dev.edgewright.agent.inference;

import dev.edgewright.common.id.Digest;
import java.util.Optional;

/**
 * What measuring a candidate in turn with the active variant gave.
 *
 * @param active empty when nothing serves the model
 * @param activeManifest of what was measured beside it
 * @param ratio of the medians, candidate / active; value 0 when nothing was active
 * @param memoryBytes growth of resident memory by loading and running the candidate
 * @param cosine lowest over the golden cases; NaN without any
 * @param interruptions runs thrown away because a request came
 * @param spentMillis time in which runs were made
 * @param failure why the candidate is out; empty when it is good
 */
public record SideBySideOutcome(
        Side candidate,
        Optional<Side> active,
        Optional<Digest> activeManifest,
        double ratio,
        double ratioLow,
        double ratioHigh,
        long memoryBytes,
        double cosine,
        double agreement,
        int interruptions,
        long spentMillis,
        Optional<ProbeFailure> failure) {

    /**
     * One of the two.
     *
     * @param p50LowMs 95 % interval of the median
     * @param joules net, per run; 0 unknown
     */
    public record Side(int runs, double p50Ms, double p50LowMs, double p50HighMs, double p95Ms, double joules) {

        static final Side NONE = new Side(0, 0, 0, 0, 0, 0);

        static Side of(BlockStatistics blocks) {
            BlockStatistics.Interval median = blocks.median();
            return new Side(
                    blocks.runs(), median.value(), median.low(), median.high(), blocks.quantile(0.95), blocks.joules());
        }
    }
}
