package dev.edgewright.agent.trial;

import dev.edgewright.agent.slot.Slot;
import dev.edgewright.agent.update.Failure;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.TrialRequest;
import dev.edgewright.common.protocol.v1.TrialResult;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** What measures, as far as a trial needs it. */
public interface Bench {

    /** Why this device cannot run the variant at all; empty when it can. */
    Optional<Failure> unfit(Manifest manifest);

    Conditions conditions();

    /**
     * Measures a whole, verified variant beside what serves; blocks. The result has its phase, and its error where it is out.
     *
     * @param mayGoOn asked before every run
     * @return empty when {@code mayGoOn} said no before it was done
     */
    Optional<TrialResult.Builder> measure(Slot slot, Manifest manifest, TrialRequest request, BooleanSupplier mayGoOn);
}
