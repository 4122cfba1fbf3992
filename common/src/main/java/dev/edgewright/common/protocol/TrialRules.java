package dev.edgewright.common.protocol;

import dev.edgewright.common.protocol.v1.OperatorTime;
import dev.edgewright.common.protocol.v1.TrialMeasurement;
import dev.edgewright.common.protocol.v1.TrialPhase;
import dev.edgewright.common.protocol.v1.TrialReport;
import dev.edgewright.common.protocol.v1.TrialRequest;
import dev.edgewright.common.protocol.v1.TrialResult;
import dev.edgewright.common.protocol.v1.TrialState;

/** What must hold of the messages about trials, in both directions. */
final class TrialRules {

    private TrialRules() {}

    static void state(TrialState state, Check check) {
        check.device(state.getDeviceId());
        check.unsigned("sequence", state.getSequence());
        check.present("sequence", state.getSequence() != 0);
        check.time("issued_unix_ms", state.getIssuedUnixMs());
        check.time("expires_unix_ms", state.getExpiresUnixMs());
        check.entries("trials", state.getTrialsCount(), Limits.MODELS);
        state.getTrialsList().forEach(trial -> request(trial, check));
        check.unique("trials", state.getTrialsList().stream().map(TrialRequest::getModel));
    }

    private static void request(TrialRequest trial, Check check) {
        check.present("trials.trial_id", !trial.getTrialId().isEmpty());
        check.text("trials.trial_id", trial.getTrialId());
        check.model("trials.model", trial.getModel());
        check.unsigned32("trials.round", trial.getRound(), Integer.MAX_VALUE);
        check.entries("trials.candidates", trial.getCandidatesCount(), Limits.TRIAL_CANDIDATES);
        trial.getCandidatesList().forEach(candidate -> {
            check.present("trials.candidates.manifest", candidate.hasManifest());
            ControllerRules.signed("trials.candidates.manifest", candidate.getManifest(), Limits.MANIFEST_BYTES, check);
        });
        check.unsigned32("trials.measure_ms", trial.getMeasureMs(), Limits.MEASURE_MS);
        check.present("trials.measure_ms", trial.getMeasureMs() != 0);
        ControllerRules.limits("trials.limits", trial.getLimits(), check);
        check.ratio("trials.precision", trial.getPrecision());
        check.unsigned32("trials.min_battery_percent", trial.getMinBatteryPercent(), 100);
        check.notNegative("trials.max_celsius", trial.getMaxCelsius());
    }

    static void report(TrialReport report, Check check) {
        check.device(report.getDeviceId());
        check.bootId(report.getBootId());
        check.unsigned("sequence", report.getSequence());
        check.unsigned("trial_sequence", report.getTrialSequence());
        check.unsigned("rejected", report.getRejected());
        check.text("last_rejection", report.getLastRejection(), Limits.LONG_TEXT);
        check.entries("results", report.getResultsCount(), Limits.TRIAL_RESULTS);
        report.getResultsList().forEach(result -> result(result, check));
    }

    private static void result(TrialResult result, Check check) {
        check.text("results.trial_id", result.getTrialId());
        check.model("results.model", result.getModel());
        check.digest("results.manifest", result.getManifest());
        check.digestOrNone("results.active_manifest", result.getActiveManifest());
        check.unsigned32("results.round", result.getRound(), Integer.MAX_VALUE);
        check.known(
                "results.phase",
                result.getPhase() != TrialPhase.UNRECOGNIZED
                        && result.getPhase() != TrialPhase.TRIAL_PHASE_UNSPECIFIED);
        check.text("results.error.code", result.getError().getCode());
        check.text("results.error.message", result.getError().getMessage(), Limits.LONG_TEXT);
        check.text("results.waiting_for", result.getWaitingFor());
        measurement("results.candidate", result.getCandidate(), check);
        measurement("results.active", result.getActive(), check);
        check.notNegative("results.ratio", result.getRatio());
        check.notNegative("results.ratio_low", result.getRatioLow());
        check.notNegative("results.ratio_high", result.getRatioHigh());
        check.finite("results.cosine", result.getCosine());
        check.ratio("results.agreement", result.getAgreement());
        check.unsigned("results.memory_bytes", result.getMemoryBytes(), Limits.MEMORY_BYTES);
        check.unsigned32("results.interruptions", result.getInterruptions(), Integer.MAX_VALUE);
        check.time("results.at_unix_ms", result.getAtUnixMs());
        check.finite("results.celsius", result.getCelsius());
        check.unsigned32("results.spent_ms", result.getSpentMs(), Integer.MAX_VALUE);
        check.entries("results.operators", result.getOperatorsCount(), Limits.OPERATORS);
        result.getOperatorsList().forEach(operator -> operator(operator, check));
    }

    private static void measurement(String field, TrialMeasurement measured, Check check) {
        check.unsigned32(field + ".runs", measured.getRuns(), Integer.MAX_VALUE);
        check.notNegative(field + ".p50_ms", measured.getP50Ms());
        check.notNegative(field + ".p50_low_ms", measured.getP50LowMs());
        check.notNegative(field + ".p50_high_ms", measured.getP50HighMs());
        check.notNegative(field + ".p95_ms", measured.getP95Ms());
        check.notNegative(field + ".joules", measured.getJoules());
        check.text(field + ".energy_source", measured.getEnergySource());
        if (measured.getP50LowMs() > measured.getP50Ms() || measured.getP50HighMs() < measured.getP50Ms()) {
            check.refuse(RefusalReason.CONTRADICTION, field + ".p50_ms lies outside of its own interval");
        }
    }

    private static void operator(OperatorTime operator, Check check) {
        check.text("results.operators.name", operator.getName());
        check.text("results.operators.input", operator.getInput());
        check.unsigned32("results.operators.calls", operator.getCalls(), Integer.MAX_VALUE);
        check.notNegative("results.operators.micros", operator.getMicros());
    }
}
