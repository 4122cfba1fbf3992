package dev.edgewright.controller.rollout;

import dev.edgewright.common.statemachine.Transitions;

/** Every move of a rollout, of a wave and of a device in a rollout. No state is set anywhere but through these. */
public final class RolloutTables {

    // spotless:off
    public static final Transitions<RolloutState, RolloutEvent> ROLLOUT =
            Transitions.<RolloutState, RolloutEvent>table()
            .startsAt(RolloutState.SCHEDULED)
            .edge(RolloutState.SCHEDULED,         RolloutEvent.START,           RolloutState.RUNNING)
            .edge(RolloutState.SCHEDULED,         RolloutEvent.SHADOW,          RolloutState.SHADOWING)
            .edge(RolloutState.SCHEDULED,         RolloutEvent.ABORT,           RolloutState.ABORTED)
            .edge(RolloutState.SHADOWING,         RolloutEvent.SHADOW_PASSED,   RolloutState.RUNNING)
            .edge(RolloutState.SHADOWING,         RolloutEvent.BREACH,          RolloutState.HALTED)
            .edge(RolloutState.SHADOWING,         RolloutEvent.REVERT,          RolloutState.REVERTING)
            .edge(RolloutState.SHADOWING,         RolloutEvent.ABORT,           RolloutState.ABORTED)
            .edge(RolloutState.RUNNING,           RolloutEvent.APPROVAL_NEEDED, RolloutState.AWAITING_APPROVAL)
            .edge(RolloutState.RUNNING,           RolloutEvent.PAUSE,           RolloutState.PAUSED)
            .edge(RolloutState.RUNNING,           RolloutEvent.BREACH,          RolloutState.HALTED)
            .edge(RolloutState.RUNNING,           RolloutEvent.REVERT,          RolloutState.REVERTING)
            .edge(RolloutState.RUNNING,           RolloutEvent.ABORT,           RolloutState.ABORTED)
            .edge(RolloutState.RUNNING,           RolloutEvent.LAST_WAVE_DONE,  RolloutState.SUCCEEDED)
            .edge(RolloutState.AWAITING_APPROVAL, RolloutEvent.APPROVE,         RolloutState.RUNNING)
            .edge(RolloutState.AWAITING_APPROVAL, RolloutEvent.BREACH,          RolloutState.HALTED)
            .edge(RolloutState.AWAITING_APPROVAL, RolloutEvent.REVERT,          RolloutState.REVERTING)
            .edge(RolloutState.AWAITING_APPROVAL, RolloutEvent.ABORT,           RolloutState.ABORTED)
            .edge(RolloutState.PAUSED,            RolloutEvent.RESUME,          RolloutState.RUNNING)
            .edge(RolloutState.PAUSED,            RolloutEvent.BREACH,          RolloutState.HALTED)
            .edge(RolloutState.PAUSED,            RolloutEvent.REVERT,          RolloutState.REVERTING)
            .edge(RolloutState.PAUSED,            RolloutEvent.ABORT,           RolloutState.ABORTED)
            .edge(RolloutState.HALTED,            RolloutEvent.RESUME,          RolloutState.RUNNING)
            .edge(RolloutState.HALTED,            RolloutEvent.REVERT,          RolloutState.REVERTING)
            .edge(RolloutState.HALTED,            RolloutEvent.ABORT,           RolloutState.ABORTED)
            .edge(RolloutState.REVERTING,         RolloutEvent.ALL_BACK,        RolloutState.REVERTED)
            .edge(RolloutState.ABORTED,           RolloutEvent.REVERT,          RolloutState.REVERTING)
            .edge(RolloutState.SUCCEEDED,         RolloutEvent.REVERT,          RolloutState.REVERTING);

    public static final Transitions<WaveState, WaveEvent> WAVE = Transitions.<WaveState, WaveEvent>table()
            .startsAt(WaveState.PENDING)
            .edge(WaveState.PENDING, WaveEvent.START,       WaveState.RUNNING)
            .edge(WaveState.PENDING, WaveEvent.STOP,        WaveState.STOPPED)
            .edge(WaveState.RUNNING, WaveEvent.ALL_SETTLED, WaveState.SOAKING)
            .edge(WaveState.RUNNING, WaveEvent.STOP,        WaveState.STOPPED)
            .edge(WaveState.SOAKING, WaveEvent.SOAKED,      WaveState.DONE)
            .edge(WaveState.SOAKING, WaveEvent.STOP,        WaveState.STOPPED);
    // spotless:on

    /** Reports are levels, so a device may be seen to go from any working state to any other, and on from silence. */
    public static final Transitions<TargetState, TargetEvent> TARGET = target();

    private RolloutTables() {}

    private static Transitions<TargetState, TargetEvent> target() {
        var table = Transitions.<TargetState, TargetEvent>table()
                .startsAt(TargetState.PLANNED)
                .edge(TargetState.PLANNED, TargetEvent.OFFER, TargetState.OFFERED)
                .edge(TargetState.PLANNED, TargetEvent.SKIP, TargetState.SKIPPED)
                .edge(TargetState.PLANNED, TargetEvent.SUPERSEDE, TargetState.SUPERSEDED);
        TargetState[] speaking = {
            TargetState.OFFERED,
            TargetState.FETCHING,
            TargetState.VERIFYING,
            TargetState.PROBING,
            TargetState.WATCHING,
            TargetState.SILENT
        };
        for (TargetState from : speaking) {
            table = table.edge(from, TargetEvent.SAYS_FETCHING, TargetState.FETCHING)
                    .edge(from, TargetEvent.SAYS_VERIFYING, TargetState.VERIFYING)
                    .edge(from, TargetEvent.SAYS_PROBING, TargetState.PROBING)
                    .edge(from, TargetEvent.SAYS_WATCHING, TargetState.WATCHING)
                    .edge(from, TargetEvent.SAYS_COMMITTED, TargetState.COMMITTED)
                    .edge(from, TargetEvent.SAYS_FAILED, TargetState.FAILED)
                    .edge(from, TargetEvent.SAYS_ROLLED_BACK, TargetState.ROLLED_BACK)
                    .edge(from, TargetEvent.REVERT, TargetState.REVERTING)
                    .edge(from, TargetEvent.KEEP, TargetState.KEPT)
                    .edge(from, TargetEvent.SUPERSEDE, TargetState.SUPERSEDED);
            if (from.inFlight()) {
                table = table.edge(from, TargetEvent.DEADLINE, TargetState.SILENT);
            }
        }
        TargetState[] ended = {TargetState.COMMITTED, TargetState.FAILED, TargetState.ROLLED_BACK};
        for (TargetState from : ended) {
            table = table.edge(from, TargetEvent.REVERT, TargetState.REVERTING)
                    .edge(from, TargetEvent.KEEP, TargetState.KEPT)
                    .edge(from, TargetEvent.SUPERSEDE, TargetState.SUPERSEDED);
        }
        return table.edge(TargetState.COMMITTED, TargetEvent.SAYS_ROLLED_BACK, TargetState.ROLLED_BACK)
                .edge(TargetState.REVERTING, TargetEvent.SAYS_BACK, TargetState.REVERTED)
                .edge(TargetState.REVERTING, TargetEvent.DEADLINE, TargetState.UNREACHED)
                .edge(TargetState.REVERTING, TargetEvent.SUPERSEDE, TargetState.SUPERSEDED)
                .edge(TargetState.UNREACHED, TargetEvent.SAYS_BACK, TargetState.REVERTED)
                .edge(TargetState.UNREACHED, TargetEvent.SUPERSEDE, TargetState.SUPERSEDED);
    }
}
