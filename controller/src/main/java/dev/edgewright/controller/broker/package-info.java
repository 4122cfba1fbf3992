/**
 * The MQTT broker that the controller works with: one embedded in its own process, or one that is already there.
 * Uses {@code common}; no other package of the controller.
 */
package dev.edgewright.controller.broker;
