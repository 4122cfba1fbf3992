/**
 * Joules: counters and meters of the machine where it has them, a labelled estimate where it has none. Measured and estimated energy never
 * share a figure.
 *
 * <p>Uses {@code device} for file roots only.
 */
package dev.edgewright.agent.power;
