package dev.edgewright.controller.rollout;

import java.time.Instant;
import java.util.List;

/**
 * All that a decision looks at besides the rollout itself. Counts of the current wave leave out devices that count neither for
 * nor against (skipped, superseded).
 *
 * @param offerable devices of the wave that are planned and may be offered now
 * @param planned devices of the wave that are planned, offerable or not
 * @param lowBattery devices of the wave that are planned and have to be charged first
 * @param inFlight devices of the wave that work on it
 * @param committed devices of the wave that took it
 * @param failed devices of the wave that failed, went back or are silent
 * @param startedInAll devices of all waves that have begun
 * @param failedInAll failed devices of all waves
 * @param goingBack devices of all waves that are on the way back
 * @param breaches gates that are broken now
 * @param shadow what runs beside
 */
record WaveFacts(
        int offerable,
        int planned,
        int lowBattery,
        int inFlight,
        int committed,
        int failed,
        int startedInAll,
        int failedInAll,
        int goingBack,
        List<Breach> breaches,
        Instant now,
        ShadowFacts shadow) {
    WaveFacts(
            int offerable,
            int planned,
            int lowBattery,
            int inFlight,
            int committed,
            int failed,
            int startedInAll,
            int failedInAll,
            int goingBack,
            List<Breach> breaches,
            Instant now) {
        this(
                offerable,
                planned,
                lowBattery,
                inFlight,
                committed,
                failed,
                startedInAll,
                failedInAll,
                goingBack,
                breaches,
                now,
                ShadowFacts.NONE);
    }

    WaveFacts {
        breaches = List.copyOf(breaches);
    }

    int counted() {
        return planned + inFlight + committed + failed;
    }
}
