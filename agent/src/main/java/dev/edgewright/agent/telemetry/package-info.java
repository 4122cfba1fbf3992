/**
 * Tells what the device did: a window every few seconds for the controller, and a {@code /metrics} page for Prometheus.
 *
 * <p>Stands on {@code inference} (what ran), {@code power} (what it cost) and {@code serve} (the page); how a window travels is its caller's.
 */
package dev.edgewright.agent.telemetry;
