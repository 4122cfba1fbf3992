package dev.edgewright.controller.http.view;

import dev.edgewright.common.protocol.v1.AssignmentReport;
import dev.edgewright.common.protocol.v1.ProbeResult;
import java.util.Optional;

/** Schema {@code Assignment}. */
public record AssignmentView(
        String model,
        String state,
        String since,
        long sequence,
        String rollout,
        String manifest,
        String activeManifest,
        String activeVariant,
        String previousManifest,
        String why,
        long bytesDone,
        long bytesTotal,
        long bytesReused,
        int crashCount,
        ErrorView error,
        Probed probe) {

    private static final String STATE_PREFIX = "LIFECYCLE_STATE_";

    static AssignmentView of(AssignmentReport report, Optional<String> why) {
        var state = report.getState().name();
        return new AssignmentView(
                report.getModel(),
                state.startsWith(STATE_PREFIX) ? state.substring(STATE_PREFIX.length()) : "IDLE",
                Text.timeMs(report.getSinceUnixMs()),
                report.getSequence(),
                Text.some(report.getRolloutId()),
                Text.hex(report.getManifest()),
                Text.hex(report.getActiveManifest()),
                Text.some(report.getActiveVariant()),
                Text.hex(report.getPreviousManifest()),
                why.orElse(null),
                report.getBytesDone(),
                report.getBytesTotal(),
                report.getBytesReused(),
                report.getCrashCount(),
                report.hasError()
                        ? new ErrorView(
                                report.getError().getCode(), report.getError().getMessage())
                        : null,
                report.hasProbe() ? Probed.of(report.getProbe()) : null);
    }

    /** Schema {@code ReportedError}. */
    public record ErrorView(String code, String message) {}

    /** Schema {@code ProbeResult}. */
    public record Probed(double p50Ms, double p95Ms, Long memoryBytes, Double cosine, Double agreement, int runs) {
        static Probed of(ProbeResult probe) {
            return new Probed(
                    probe.getP50Ms(),
                    probe.getP95Ms(),
                    Text.positive(probe.getMemoryBytes()),
                    probe.getCosine(),
                    probe.getAgreement(),
                    probe.getRuns());
        }
    }
}
