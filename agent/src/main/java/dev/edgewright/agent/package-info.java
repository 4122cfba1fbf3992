/**
 * The device service: measures itself, takes models over a link, proves and serves them, and reports.
 *
 * <p>Only {@link dev.edgewright.agent.AgentMain} and what it wires here see every room; no room looks up.
 */
package dev.edgewright.agent;
