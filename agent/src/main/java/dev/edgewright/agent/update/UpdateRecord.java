package dev.edgewright.agent.update;

import dev.edgewright.agent.health.LiveNumbers;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.ProbeResult;
import dev.edgewright.common.update.UpdateState;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Where one model stands on this device: all that has to survive a crash. What the pointer should name and what should
 * answer are functions of it, so any half-done action is found and finished by comparing.
 *
 * @param assignment the newest one accepted; the default instance when there was none yet
 * @param sinceUnixMs when {@code state} was entered
 * @param target manifest digest of the assignment; empty for a removal
 * @param base what served before the assignment and serves again when it fails
 * @param previous what served before {@code base}; kept as long as there is room
 * @param crashes starts after a crash that found this state
 * @param cleanStop whether the agent ended on purpose; tells a crash from a stop at the next start
 * @param before what {@code base} did live until the switch
 */
public record UpdateRecord(
        ModelName model,
        Assignment assignment,
        UpdateState state,
        long sinceUnixMs,
        Optional<Digest> target,
        Optional<Digest> base,
        Optional<Digest> previous,
        Optional<Failure> failure,
        int crashes,
        boolean cleanStop,
        Optional<ProbeResult> probe,
        LiveNumbers before,
        Bytes bytes) {

    /** Plain bytes of the target's files: all of them, those on this device, and of those the ones not fetched. */
    public record Bytes(long total, long done, long reused) {
        static final Bytes NONE = new Bytes(0, 0, 0);
    }

    static UpdateRecord idle(ModelName model, Optional<Digest> active) {
        return new UpdateRecord(
                model,
                Assignment.getDefaultInstance(),
                UpdateState.IDLE,
                0,
                Optional.empty(),
                active,
                Optional.empty(),
                Optional.empty(),
                0,
                false,
                Optional.empty(),
                LiveNumbers.NONE,
                Bytes.NONE);
    }

    /** Sequence number of the assignment; 0 when there was none yet. Compare unsigned. */
    public long sequence() {
        return assignment.getSequence();
    }

    /** What should answer, and what the pointer should name. */
    public Optional<Digest> serving() {
        return switch (state) {
            case WATCHING, COMMITTED -> target;
            case IDLE, FETCHING, VERIFYING, PROBING, FAILED, ROLLED_BACK -> base;
        };
    }

    /** What one would go back to now. */
    public Optional<Digest> fallback() {
        return switch (state) {
            case WATCHING, COMMITTED -> base.equals(target) ? previous : base;
            case IDLE, FETCHING, VERIFYING, PROBING, FAILED, ROLLED_BACK -> previous;
        };
    }

    /** Slots that have to stay: what serves, and what one would go back to. */
    Set<Digest> kept() {
        Set<Digest> kept = new HashSet<>();
        serving().ifPresent(kept::add);
        fallback().ifPresent(kept::add);
        return kept;
    }

    /** The same assignment in another state. Crashes are counted anew where a new stretch of its life begins. */
    UpdateRecord moved(UpdateState next, long nowUnixMs, Optional<Failure> why) {
        boolean fresh = next == UpdateState.WATCHING && state != UpdateState.WATCHING
                || next == UpdateState.COMMITTED && state != UpdateState.COMMITTED;
        return new UpdateRecord(
                model,
                assignment,
                next,
                next == state ? sinceUnixMs : nowUnixMs,
                target,
                base,
                previous,
                why.or(() -> failure),
                fresh ? 0 : crashes,
                cleanStop,
                probe,
                before,
                bytes);
    }

    /** A newer assignment, in FETCHING. What is committed becomes the base; what was only being watched never does. */
    UpdateRecord offered(Assignment newer, Digest newTarget, long nowUnixMs) {
        boolean committed = state == UpdateState.COMMITTED;
        boolean firstEver = base.isEmpty();
        Optional<Digest> newBase = committed || firstEver ? serving() : base;
        Optional<Digest> newPrevious = committed && !newBase.equals(base) ? base : previous;
        return new UpdateRecord(
                model,
                newer,
                UpdateState.FETCHING,
                nowUnixMs,
                Optional.of(newTarget),
                newBase,
                newPrevious,
                Optional.empty(),
                0,
                cleanStop,
                Optional.empty(),
                LiveNumbers.NONE,
                Bytes.NONE);
    }

    /** The model is to go. The record stays, so that an older assignment cannot bring it back. */
    UpdateRecord removed(Assignment removal, long nowUnixMs) {
        UpdateRecord idle = idle(model, Optional.empty());
        return new UpdateRecord(
                model,
                removal,
                UpdateState.IDLE,
                nowUnixMs,
                idle.target,
                idle.base,
                idle.previous,
                idle.failure,
                0,
                cleanStop,
                idle.probe,
                idle.before,
                idle.bytes);
    }

    UpdateRecord withBytes(Bytes newBytes) {
        return new UpdateRecord(
                model,
                assignment,
                state,
                sinceUnixMs,
                target,
                base,
                previous,
                failure,
                crashes,
                cleanStop,
                probe,
                before,
                newBytes);
    }

    UpdateRecord withCrashes(int count, boolean stoppedCleanly) {
        return new UpdateRecord(
                model,
                assignment,
                state,
                sinceUnixMs,
                target,
                base,
                previous,
                failure,
                count,
                stoppedCleanly,
                probe,
                before,
                bytes);
    }

    UpdateRecord withProbe(Optional<ProbeResult> result, LiveNumbers beforeSwitch) {
        return new UpdateRecord(
                model,
                assignment,
                state,
                sinceUnixMs,
                target,
                base,
                previous,
                failure,
                crashes,
                cleanStop,
                result,
                beforeSwitch,
                bytes);
    }

    UpdateRecord withBase(Optional<Digest> newBase, Optional<Digest> newPrevious) {
        return new UpdateRecord(
                model,
                assignment,
                state,
                sinceUnixMs,
                target,
                newBase,
                newPrevious,
                failure,
                crashes,
                cleanStop,
                probe,
                before,
                bytes);
    }
}
