/**
 * The life of one assignment on one device: states, events and the table of moves that agent and controller share. Actions live in
 * the agent. Uses {@code statemachine} and the generated messages.
 */
package dev.edgewright.common.update;
