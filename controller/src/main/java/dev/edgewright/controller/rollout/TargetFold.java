package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.AssignmentReport;
import dev.edgewright.common.protocol.v1.Reported;
import dev.edgewright.common.update.UpdateState;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What a device's report, or its silence, makes of its place in a rollout. Pure. */
final class TargetFold {

    private TargetFold() {}

    /** The target after this report; the same instance when the report says nothing new or is about another assignment. */
    static Target onReport(Target target, String model, Reported reported, Instant now) {
        var report = reported.getAssignmentsList().stream()
                .filter(r -> r.getModel().equals(model))
                .findFirst();
        if (target.state() == TargetState.REVERTING || target.state() == TargetState.UNREACHED) {
            return onReportGoingBack(target, report, reported, now);
        }
        if (report.isEmpty() || target.sequence() == 0 || report.get().getSequence() != target.sequence()) {
            return target;
        }
        Target moved = target;
        var event = event(report.get());
        var next = event.flatMap(e -> RolloutTables.TARGET.next(target.state(), e));
        if (next.isPresent() && next.get() != target.state()) {
            moved = target.in(next.get(), now, error(report.get()));
        }
        return withProgress(moved, report.get(), now);
    }

    private static Target withProgress(Target target, AssignmentReport report, Instant now) {
        if (report.getBytesDone() == target.bytesDone() && report.getBytesTotal() == target.bytesTotal()) {
            return target;
        }
        boolean advanced = target.state() == TargetState.FETCHING && report.getBytesDone() > target.bytesDone();
        var moved = target.progress(report.getBytesDone(), report.getBytesTotal());
        // A slow link that moves is not silence.
        return advanced ? moved.in(moved.state(), now, moved.error()) : moved;
    }

    private static Target onReportGoingBack(
            Target target, Optional<AssignmentReport> report, Reported reported, Instant now) {
        boolean back;
        if (target.previous().isPresent()) {
            back = report.isPresent()
                    && report.get().getSequence() == target.sequence()
                    && report.get()
                            .getActiveManifest()
                            .equals(target.previous().get().toByteString())
                    && report.get().getState() == UpdateState.COMMITTED.toProto();
        } else {
            back = reported.getDesiredSequence() >= target.sequence()
                    && (report.isEmpty() || report.get().getActiveManifest().isEmpty());
        }
        return back
                ? RolloutTables.TARGET
                        .next(target.state(), TargetEvent.SAYS_BACK)
                        .map(next -> target.in(next, now, Optional.empty()))
                        .orElse(target)
                : target;
    }

    static Target onTime(Target target, Pace pace, Instant now) {
        return onTime(target, pace, false, now);
    }

    /**
     * The target if its deadline has passed, moved on; the same instance otherwise.
     *
     * @param held no bytes go out to it now: its deadline begins again instead
     */
    static Target onTime(Target target, Pace pace, boolean held, Instant now) {
        var deadline = deadline(target, pace);
        if (deadline.isEmpty() || now.isBefore(target.since().plus(deadline.get()))) {
            return target;
        }
        if (held && (target.state() == TargetState.OFFERED || target.state() == TargetState.FETCHING)) {
            return target.in(
                    target.state(), now, Optional.of("HELD: the budget of bytes has no room left in this window"));
        }
        return RolloutTables.TARGET
                .next(target.state(), TargetEvent.DEADLINE)
                .map(next -> target.in(
                        next,
                        now,
                        Optional.of("DEADLINE: said nothing new in " + target.state() + " for "
                                + deadline.get().toSeconds() + " s")))
                .orElse(target);
    }

    /** When saying nothing more counts as failed; empty where nothing is awaited of the device. */
    static Optional<Instant> failsAt(Target target, Pace pace) {
        return deadline(target, pace).map(target.since()::plus);
    }

    private static Optional<Duration> deadline(Target target, Pace pace) {
        return switch (target.state()) {
            case OFFERED -> Optional.of(pace.offerDeadline());
            case FETCHING, VERIFYING, PROBING -> Optional.of(pace.stepDeadline());
            case WATCHING -> Optional.of(pace.stepDeadline().plusSeconds(pace.watchSeconds()));
            case REVERTING -> Optional.of(pace.offerDeadline().plus(pace.stepDeadline()));
            default -> Optional.empty();
        };
    }

    private static Optional<TargetEvent> event(AssignmentReport report) {
        return UpdateState.fromProto(report.getState()).flatMap(state -> switch (state) {
            case IDLE -> Optional.empty();
            case FETCHING -> Optional.of(TargetEvent.SAYS_FETCHING);
            case VERIFYING -> Optional.of(TargetEvent.SAYS_VERIFYING);
            case PROBING -> Optional.of(TargetEvent.SAYS_PROBING);
            case WATCHING -> Optional.of(TargetEvent.SAYS_WATCHING);
            case COMMITTED -> Optional.of(TargetEvent.SAYS_COMMITTED);
            case FAILED -> Optional.of(TargetEvent.SAYS_FAILED);
            case ROLLED_BACK -> Optional.of(TargetEvent.SAYS_ROLLED_BACK);
        });
    }

    private static Optional<String> error(AssignmentReport report) {
        var error = report.getError();
        return error.getCode().isEmpty() ? Optional.empty() : Optional.of(error.getCode() + ": " + error.getMessage());
    }

    /** The manifest that the device serves now, if it says one. */
    static Optional<Digest> active(Optional<AssignmentReport> report) {
        return report.filter(r -> !r.getActiveManifest().isEmpty()).map(r -> Digest.ofBytes(r.getActiveManifest()));
    }
}
