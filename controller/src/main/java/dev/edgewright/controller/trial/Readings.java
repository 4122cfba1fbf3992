package dev.edgewright.controller.trial;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.TrialMeasurement;
import dev.edgewright.common.protocol.v1.TrialPhase;
import dev.edgewright.common.protocol.v1.TrialReport;
import dev.edgewright.common.protocol.v1.TrialResult;
import dev.edgewright.controller.selection.Objective;
import dev.edgewright.controller.selection.TrialMeasurements.Measurement;
import dev.edgewright.controller.selection.TrialMeasurements.OperatorMicros;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What one device's results in a trial say. Pure. */
record Readings(Trial trial, DeviceId device, Instant now) {

    private static final double TWO_SIDED_95 = 1.96;

    /** Breaking a limit is judged against the limits of whoever asks next; what was measured stands for itself. */
    private static final Set<String> LIMITS = Set.of("LATENCY_LIMIT", "ENERGY_LIMIT", "MEMORY_LIMIT");

    /**
     * The active variant's median over all that the device measured with it in this trial: one level for all candidates, so that how
     * busy the device was in one candidate's minute does not count for or against it. 0 when nothing was active.
     */
    private static double level(TrialReport report, TrialResult result) {
        double[] medians = report.getResultsList().stream()
                .filter(r -> r.getTrialId().equals(result.getTrialId())
                        && r.getRatio() > 0
                        && r.getActiveManifest().equals(result.getActiveManifest()))
                .mapToDouble(r -> r.getActive().getP50Ms())
                .filter(ms -> ms > 0)
                .sorted()
                .toArray();
        return medians.length == 0 ? 0 : medians[medians.length / 2];
    }

    Measurement candidate(TrialReport report, TrialResult result) {
        double level = level(report, result);
        boolean out = result.getPhase() == TrialPhase.TRIAL_PHASE_OUT
                && !LIMITS.contains(result.getError().getCode());
        boolean beside = level > 0 && result.getRatio() > 0;
        return new Measurement(
                trial.deviceClass(),
                Digest.ofBytes(result.getManifest()),
                device,
                trial.id(),
                beside ? level * result.getRatio() : result.getCandidate().getP50Ms(),
                beside
                        ? Math.log(result.getRatioHigh() / result.getRatioLow()) / (2 * TWO_SIDED_95)
                        : sigma(result.getCandidate()),
                result.getCandidate().getP95Ms(),
                result.getCandidate().getJoules(),
                result.getMemoryBytes(),
                result.getCandidate().getRuns(),
                out
                        ? Optional.of(result.getError().getCode() + ", "
                                + result.getError().getMessage())
                        : Optional.empty(),
                result.getOperatorsList().stream()
                        .map(o -> new OperatorMicros(o.getName(), o.getInput(), o.getCalls(), o.getMicros()))
                        .toList(),
                now);
    }

    /** What was measured beside it is known as well, unless it is a candidate of its own. */
    Optional<Measurement> active(TrialResult result) {
        if (result.getActive().getRuns() == 0 || result.getActiveManifest().size() != Digest.LENGTH) {
            return Optional.empty();
        }
        Digest active = Digest.ofBytes(result.getActiveManifest());
        if (trial.candidates().contains(active)) {
            return Optional.empty();
        }
        var side = result.getActive();
        return Optional.of(new Measurement(
                trial.deviceClass(),
                active,
                device,
                trial.id(),
                side.getP50Ms(),
                sigma(side),
                side.getP95Ms(),
                side.getJoules(),
                0,
                side.getRuns(),
                Optional.empty(),
                List.of(),
                now));
    }

    private static double sigma(TrialMeasurement side) {
        return side.getP50LowMs() > 0 ? Math.log(side.getP50HighMs() / side.getP50LowMs()) / (2 * TWO_SIDED_95) : 0;
    }

    /**
     * With the interval of this trial alone. That other devices of the class may be faster or slower is part of what is known of the class, but
     * falls on all candidates alike, which the same devices measure.
     */
    static HalvingSchedule.Contender alone(
            Trial trial, HalvingSchedule.Contender contender, List<Measurement> measured) {
        double[] sigmas = measured.stream()
                .filter(m -> m.trial().equals(trial.id()) && m.sigma() > 0)
                .mapToDouble(Measurement::sigma)
                .toArray();
        if (sigmas.length == 0 || trial.requirement().objective() != Objective.LATENCY) {
            return contender;
        }
        double squares = Arrays.stream(sigmas).map(s -> s * s).sum();
        return contender.within(Math.sqrt(squares) / sigmas.length);
    }
}
