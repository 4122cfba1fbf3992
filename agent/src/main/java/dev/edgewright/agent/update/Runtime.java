package dev.edgewright.agent.update;

import dev.edgewright.agent.health.LiveNumbers;
import dev.edgewright.agent.slot.Slot;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.Limits;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.ProbeResult;
import dev.edgewright.common.protocol.v1.Tolerance;
import java.util.Optional;

/** What runs models, as far as an update needs it. */
public interface Runtime {

    /** Why this device cannot run the variant at all (instruction set, memory); empty when it can. */
    Optional<Failure> unfit(Manifest manifest);

    /**
     * Loads a variant beside whatever serves. Throws {@link dev.edgewright.common.error.EdgewrightException} when it does
     * not load.
     */
    Prepared prepare(Slot slot, Manifest manifest);

    /** From now on this variant answers; no request is dropped, none is answered by two variants. Closes the one before. */
    void activate(Prepared prepared);

    /** The model answers no more. */
    void deactivate(ModelName model);

    /** The manifest of what answers now. */
    Optional<Digest> active(ModelName model);

    /** What the answering variant did since it was activated. */
    LiveNumbers live(ModelName model);

    /** Runs a loaded variant beside the one that answers, on a share of the requests, instead of the one that did so before. */
    void shadow(Prepared prepared, Tolerance tolerance, double sample);

    /** Nothing runs beside the model any more. */
    void endShadow(ModelName model);

    /** A loaded variant that does not answer yet. Closing it after activation does nothing. */
    interface Prepared extends AutoCloseable {

        Probed probe(GoldenSet golden, Tolerance tolerance, Limits limits);

        @Override
        void close();
    }

    /** What probing found. */
    record Probed(ProbeResult result, Optional<Failure> failure) {}
}
