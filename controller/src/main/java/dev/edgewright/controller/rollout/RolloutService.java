package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.RolloutId;
import java.util.List;
import java.util.Optional;

/** What people do with rollouts. Thread-safe; every call may block on the database. */
public interface RolloutService {

    /**
     * Plans a rollout and lets it go.
     *
     * @throws dev.edgewright.common.error.EdgewrightException MODEL_NOT_FOUND, VERSION_NOT_FOUND, VARIANT_NOT_FOUND,
     *     QUERY_INVALID, QUERY_MATCHES_NOTHING, NO_VARIANT_SUITS (with what is missing), WAVES_DO_NOT_ADD_UP,
     *     WINDOW_NEVER_OPENS, ROLLOUT_OVERLAPS (names the other one)
     */
    RolloutDetail create(RolloutRequest request);

    Optional<RolloutDetail> get(RolloutId id);

    /** Newest first. */
    List<Rollout> list(int limit);

    /** @throws dev.edgewright.common.error.EdgewrightException ROLLOUT_NOT_FOUND, ROLLOUT_STATE */
    RolloutDetail pause(RolloutId id, String who);

    /** Goes on after a pause; after a halt it also accepts the failures so far and the verdicts that were given ({@link Verdicts}). */
    RolloutDetail resume(RolloutId id, String who);

    /** Says yes to the wave that waits. */
    RolloutDetail approve(RolloutId id, String who);

    /**
     * Ends a rollout.
     *
     * @param revert true: every device that was offered something goes back to what it had
     * @throws dev.edgewright.common.error.EdgewrightException ROLLOUT_NOT_FOUND, ROLLOUT_STATE, REVERT_NO_PREVIOUS
     */
    RolloutDetail abort(RolloutId id, boolean revert, String who);

    /** Decisions taken since the start. */
    long decisionsTaken();
}
