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
        Optional<String> error) {
    public Target {
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(state, "state");
    }

    public Target in(TargetState next, Instant now, Optional<String> because) {
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
                because);
    }

    public Target offered(long assignment, Optional<Digest> before, TargetState next, Instant now) {
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
                bytesDone,
                bytesTotal,
                error);
    }

    public Target progress(long done, long total) {
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
