package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * One device in one rollout.
 *
 * @param wave index of its wave; -1 when it was skipped while planning
 * @param variant name of the variant chosen for it; empty when it was skipped
 * @param manifest digest of that variant
 * @param previous manifest that was active when the offer went out; where a revert leads
 * @param hardwareClass when the rollout was planned
 * @param why the choice, in words
 * @param sequence of the assignment that was published last; 0 before the first
 * @param since when this state was entered, by the controller's clock
 * @param baseline how it served before the offer, when it sent enough telemetry
 * @param bytesDone as the device reported
 * @param error code and message as the device or a deadline gave them
 */
public record Target(
        DeviceId device,
        int wave,
        String variant,
        Optional<Digest> manifest,
        Optional<Digest> previous,
        String hardwareClass,
        String why,
        TargetState state,
        long sequence,
        Instant since,
        long bytesDone,
        long bytesTotal,
        Optional<Baseline> baseline,
        Optional<String> error) {
    public Target {
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(state, "state");
    }

    /** A device that the plan holds, before anything was offered. */
    static Target planned(
            DeviceId device, int wave, String variant, Digest manifest, String hardwareClass, String why, Instant now) {
        return new Target(
                device,
                wave,
                variant,
                Optional.of(manifest),
                Optional.empty(),
                hardwareClass,
                why,
                TargetState.PLANNED,
                0,
                now,
                0,
                0,
                Optional.empty(),
                Optional.empty());
    }

    /** A device that matched but gets nothing. */
    static Target skipped(DeviceId device, String hardwareClass, String why, Instant now) {
        return new Target(
                device,
                -1,
                "",
                Optional.empty(),
                Optional.empty(),
                hardwareClass,
                why,
                TargetState.SKIPPED,
                0,
                now,
                0,
                0,
                Optional.empty(),
                Optional.empty());
    }

    Target in(TargetState next, Instant now, Optional<String> because) {
        return new Target(
                device,
                wave,
                variant,
                manifest,
                previous,
                hardwareClass,
                why,
                next,
                sequence,
                now,
                bytesDone,
                bytesTotal,
                baseline,
                because);
    }

    /** The same place with another note of why it is there. */
    Target because(Optional<String> words) {
        return in(state, since, words);
    }

    Target toWave(int other) {
        return new Target(
                device,
                other,
                variant,
                manifest,
                previous,
                hardwareClass,
                why,
                state,
                sequence,
                since,
                bytesDone,
                bytesTotal,
                baseline,
                error);
    }

    Target offered(long assignment, Optional<Digest> before, Optional<Baseline> measured, Instant now) {
        var next = RolloutTables.TARGET.require(state, TargetEvent.OFFER, java.util.List.of(device + " is " + state));
        return new Target(
                device,
                wave,
                variant,
                manifest,
                before,
                hardwareClass,
                why,
                next,
                assignment,
                now,
                0,
                0,
                measured,
                Optional.empty());
    }

    Target reverting(long assignment, Instant now) {
        var next = RolloutTables.TARGET.require(state, TargetEvent.REVERT, java.util.List.of(device + " is " + state));
        return new Target(
                device,
                wave,
                variant,
                manifest,
                previous,
                hardwareClass,
                why,
                next,
                assignment,
                now,
                bytesDone,
                bytesTotal,
                baseline,
                error);
    }

    Target progress(long done, long total) {
        return new Target(
                device,
                wave,
                variant,
                manifest,
                previous,
                hardwareClass,
                why,
                state,
                sequence,
                since,
                done,
                total,
                baseline,
                error);
    }

    /** 0..1 of the whole way. */
    public double progress() {
        return switch (state) {
            case PLANNED, OFFERED, SKIPPED, SUPERSEDED, SILENT -> 0;
            case FETCHING -> bytesTotal > 0 ? 0.7 * Math.min(1, (double) bytesDone / bytesTotal) : 0.05;
            case VERIFYING -> 0.75;
            case PROBING -> 0.8;
            case WATCHING -> 0.9;
            case COMMITTED, FAILED, ROLLED_BACK, REVERTED, KEPT, UNREACHED -> 1;
            case REVERTING -> 0.5;
        };
    }
}
