/** Puts virtual devices onto a broker: MQTT clients on shared event loops, lanes of devices, counts. Uses {@code device}, {@code profile} and {@code common}. */
package dev.edgewright.simulator.fleet;
