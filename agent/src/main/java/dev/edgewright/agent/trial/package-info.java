/**
 * Trials: candidates measured beside what serves, in idle time, so that a choice can rest on what this device measured. Nothing here
 * switches a variant.
 *
 * <p>Stands on {@code inference}, {@code slot}, {@code link}, {@code power}, and on {@code update} for fetching.
 */
package dev.edgewright.agent.trial;
