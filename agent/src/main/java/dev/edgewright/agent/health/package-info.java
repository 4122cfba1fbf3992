/**
 * Judges a variant that serves, against the one before it and against its assignment's limits.
 *
 * <p>Pure functions over numbers; knows no session, no link, no clock.
 */
package dev.edgewright.agent.health;
