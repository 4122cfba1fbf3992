package dev.edgewright.agent.inference;

import dev.edgewright.common.protocol.v1.ProbeResult;
import java.util.Optional;

/**
 * What was measured of a variant beside the running one, and whether it may take over.
 *
 * @param p50Ms median of the timed runs
 * @param memoryBytes growth of resident memory by loading and running the session; other work of the process is in it
 * @param cosine the lowest over all golden cases and floating outputs; NaN without golden cases
 * @param agreement share of golden cases whose largest output is the same; NaN without golden cases
 * @param runs timed runs
 * @param failure empty when the variant may take over
 */
public record ProbeOutcome(
        double p50Ms,
        double p95Ms,
        long memoryBytes,
        double cosine,
        double agreement,
        int runs,
        Optional<ProbeFailure> failure) {

    /** Whether the variant may take over. */
    public boolean healthy() {
        return failure.isEmpty();
    }

    /** As the protocol reports it; NaN becomes 0. */
    public ProbeResult toProto() {
        return ProbeResult.newBuilder()
                .setP50Ms(p50Ms)
                .setP95Ms(p95Ms)
                .setMemoryBytes(memoryBytes)
                .setCosine(Double.isNaN(cosine) ? 0 : cosine)
                .setAgreement(Double.isNaN(agreement) ? 0 : agreement)
                .setRuns(runs)
                .build();
    }
}
