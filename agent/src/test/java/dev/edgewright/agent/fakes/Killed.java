package dev.edgewright.agent.fakes;

/** Stands for the end of the process: nothing of the agent may catch it. */
public final class Killed extends Error {

    private static final long serialVersionUID = 1L;

    public Killed(String where) {
        super("killed while " + where);
    }
}
