package dev.edgewright.common.update;

import static dev.edgewright.common.update.UpdateEvent.CRASH_LOOP;
import static dev.edgewright.common.update.UpdateEvent.FETCHED;
import static dev.edgewright.common.update.UpdateEvent.GAVE_UP;
import static dev.edgewright.common.update.UpdateEvent.HEALTHY;
import static dev.edgewright.common.update.UpdateEvent.OFFERED;
import static dev.edgewright.common.update.UpdateEvent.REFUSED;
import static dev.edgewright.common.update.UpdateEvent.REGRESSED;
import static dev.edgewright.common.update.UpdateEvent.REMOVED;
import static dev.edgewright.common.update.UpdateEvent.RESTARTED;
import static dev.edgewright.common.update.UpdateEvent.SETTLED;
import static dev.edgewright.common.update.UpdateEvent.SUPERSEDED;
import static dev.edgewright.common.update.UpdateEvent.UNHEALTHY;
import static dev.edgewright.common.update.UpdateEvent.VERIFIED;
import static dev.edgewright.common.update.UpdateState.COMMITTED;
import static dev.edgewright.common.update.UpdateState.FAILED;
import static dev.edgewright.common.update.UpdateState.FETCHING;
import static dev.edgewright.common.update.UpdateState.IDLE;
import static dev.edgewright.common.update.UpdateState.PROBING;
import static dev.edgewright.common.update.UpdateState.ROLLED_BACK;
import static dev.edgewright.common.update.UpdateState.VERIFYING;
import static dev.edgewright.common.update.UpdateState.WATCHING;

import dev.edgewright.common.statemachine.Transitions;

/**
 * The life of one assignment on one device, whole. The agent walks it; the controller reads the states in the reports.
 *
 * <p>Rules that the table keeps: the switch happens on the edge PROBING → WATCHING and nowhere else, so a failure before it ends in
 * FAILED with nothing touched, and one after it in ROLLED_BACK. A newer assignment wins at any point and starts over from FETCHING.
 * A restart goes one step back where the step before proves anew what a crash may have spoiled on disk. A crash loop ends the
 * assignment, never the device.
 */
public final class UpdateLifecycle {

    /** Restarts in one state that are still taken for bad luck; one more is a crash loop. */
    public static final int MAX_CRASHES = 3;

    // spotless:off
    public static final Transitions<UpdateState, UpdateEvent> TABLE = Transitions.<UpdateState, UpdateEvent>table()
            .startsAt(IDLE)

            .edge(IDLE,        OFFERED,    FETCHING)
            .edge(IDLE,        RESTARTED,  IDLE)

            .edge(FETCHING,    FETCHED,    VERIFYING)
            .edge(FETCHING,    GAVE_UP,    FAILED)       // chunks that arrived are kept for the next try
            .edge(FETCHING,    RESTARTED,  FETCHING)     // chunks on disk are counted again
            .edge(FETCHING,    CRASH_LOOP, FAILED)
            .edge(FETCHING,    SUPERSEDED, FETCHING)     // now for the newer assignment
            .edge(FETCHING,    REMOVED,    IDLE)

            .edge(VERIFYING,   VERIFIED,   PROBING)
            .edge(VERIFYING,   REFUSED,    FAILED)
            .edge(VERIFYING,   RESTARTED,  FETCHING)     // what the disk lost is fetched again, the rest is found there
            .edge(VERIFYING,   CRASH_LOOP, FAILED)
            .edge(VERIFYING,   SUPERSEDED, FETCHING)
            .edge(VERIFYING,   REMOVED,    IDLE)

            .edge(PROBING,     HEALTHY,    WATCHING)     // the switch
            .edge(PROBING,     UNHEALTHY,  FAILED)       // ran beside the serving variant, never instead of it
            .edge(PROBING,     RESTARTED,  VERIFYING)
            .edge(PROBING,     CRASH_LOOP, FAILED)
            .edge(PROBING,     SUPERSEDED, FETCHING)
            .edge(PROBING,     REMOVED,    IDLE)

            .edge(WATCHING,    SETTLED,    COMMITTED)
            .edge(WATCHING,    REGRESSED,  ROLLED_BACK)
            .edge(WATCHING,    UNHEALTHY,  ROLLED_BACK)  // the slot no longer loads
            .edge(WATCHING,    RESTARTED,  WATCHING)     // the watch begins anew
            .edge(WATCHING,    CRASH_LOOP, ROLLED_BACK)
            .edge(WATCHING,    SUPERSEDED, FETCHING)     // the fall-back stays the last committed variant
            .edge(WATCHING,    REMOVED,    IDLE)

            .edge(COMMITTED,   OFFERED,    FETCHING)
            .edge(COMMITTED,   UNHEALTHY,  ROLLED_BACK)  // the slot no longer loads
            .edge(COMMITTED,   RESTARTED,  COMMITTED)
            .edge(COMMITTED,   CRASH_LOOP, ROLLED_BACK)
            .edge(COMMITTED,   REMOVED,    IDLE)

            .edge(FAILED,      OFFERED,    FETCHING)
            .edge(FAILED,      RESTARTED,  FAILED)
            .edge(FAILED,      REMOVED,    IDLE)

            .edge(ROLLED_BACK, OFFERED,    FETCHING)
            .edge(ROLLED_BACK, RESTARTED,  ROLLED_BACK)
            .edge(ROLLED_BACK, REMOVED,    IDLE);
    // spotless:on

    private UpdateLifecycle() {}

    /** How a newer assignment shows in this state: SUPERSEDED where something is in motion, else OFFERED. */
    public static UpdateEvent offer(UpdateState state) {
        return state.inMotion() ? SUPERSEDED : OFFERED;
    }

    /**
     * What a start of the agent means for a state found on disk.
     *
     * @param crashes starts that found this state since it was entered, this one included, a clean stop not counted
     */
    public static UpdateEvent onStart(UpdateState state, int crashes) {
        boolean canLoop = TABLE.next(state, CRASH_LOOP).isPresent();
        return canLoop && crashes > MAX_CRASHES ? CRASH_LOOP : RESTARTED;
    }
}
