/**
 * The link over MQTT 5, with Eclipse Paho.
 *
 * <p>Implements {@link dev.edgewright.agent.link.Link}; nobody but the agent's main names it. Never meets {@code link.coap}.
 */
package dev.edgewright.agent.link.mqtt;
