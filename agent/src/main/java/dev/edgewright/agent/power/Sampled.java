package dev.edgewright.agent.power;

/** A meter of power, not energy: the more often it is sampled, the better its joules. */
public interface Sampled {
    /** Takes one reading more. */
    void sample();
}
