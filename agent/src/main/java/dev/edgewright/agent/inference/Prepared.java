package dev.edgewright.agent.inference;

import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.Limits;
import dev.edgewright.common.protocol.v1.Tolerance;

/**
 * A variant loaded beside the running one. Either {@link ModelRegistry#activate} takes it over, or it is closed; closing after activation
 * does nothing.
 */
public final class Prepared implements AutoCloseable {
    private final ServingSession session;
    private final ProbeRun probe;
    private boolean owned = true;

    Prepared(ServingSession session, ProbeRun probe) {
        this.session = session;
        this.probe = probe;
    }

    /** What it will serve. */
    public ModelMetadata metadata() {
        return session.metadata();
    }

    /**
     * Replays the golden cases and times the session, while the running variant serves on.
     *
     * @param golden may hold no cases: then zeros of the declared shapes are run and only latency and memory are judged
     * @return an outcome also when something is wrong; never throws for a bad variant
     */
    public ProbeOutcome probe(GoldenSet golden, Tolerance tolerance, Limits limits) {
        return probe.run(session, golden, tolerance, limits);
    }

    ServingSession session() {
        return session;
    }

    /** Resident bytes of the process before this variant was loaded. */
    long residentBefore() {
        return probe.residentBefore();
    }

    synchronized ServingSession take() {
        if (!owned) {
            throw new IllegalStateException(session.metadata().describe() + " was already activated or closed");
        }
        owned = false;
        return session;
    }

    @Override
    public synchronized void close() {
        if (owned) {
            owned = false;
            session.release();
        }
    }
}
