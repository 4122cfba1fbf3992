package dev.edgewright.agent.power;

/**
 * Energy of the machine in one stretch of time.
 *
 * @param grossJoules all of it
 * @param netJoules above what an idle machine would have taken, never negative
 */
public record EnergyWindow(EnergySource source, double seconds, double grossJoules, double netJoules) {}
