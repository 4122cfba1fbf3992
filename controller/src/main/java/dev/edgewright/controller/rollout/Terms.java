package dev.edgewright.controller.rollout;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.controller.transfer.ByteBudget;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a rollout spares its devices, and whom it takes with it besides those that it was planned for.
 *
 * @param minBatteryPercent a device on battery below it is offered nothing until it is charged or on mains; 1..100
 * @param lateJoiners what becomes of devices that begin to match after the plan was made
 * @param budget of compressed bytes that go out for its variants; empty for none of its own
 * @param shadow empty to begin with the first wave at once
 */
public record Terms(
        OptionalInt minBatteryPercent,
        LateJoining lateJoiners,
        Optional<ByteBudget> budget,
        Optional<ShadowStage> shadow) {

    /** What becomes of a device that begins to match after the plan was made. */
    public enum LateJoining {
        /** It joins the last wave; after the rollout succeeded it is offered the variant at once. */
        LAST_WAVE,
        IGNORE
    }

    public static final Terms DEFAULT =
            new Terms(OptionalInt.empty(), LateJoining.LAST_WAVE, Optional.empty(), Optional.empty());

    public Terms {
        Objects.requireNonNull(lateJoiners, "lateJoiners");
        if (minBatteryPercent.isPresent() && (minBatteryPercent.getAsInt() < 1 || minBatteryPercent.getAsInt() > 100)) {
            throw EdgewrightException.caller(
                    "TERMS_INVALID", "minBatteryPercent must be in 1..100: " + minBatteryPercent.getAsInt());
        }
    }

    public Terms sparingBatteriesBelow(int percent) {
        return new Terms(OptionalInt.of(percent), lateJoiners, budget, shadow);
    }

    public Terms late(LateJoining what) {
        return new Terms(minBatteryPercent, what, budget, shadow);
    }

    public Terms within(ByteBudget bytes) {
        return new Terms(minBatteryPercent, lateJoiners, Optional.of(bytes), shadow);
    }

    public Terms beginningWith(ShadowStage stage) {
        return new Terms(minBatteryPercent, lateJoiners, budget, Optional.of(stage));
    }
}
