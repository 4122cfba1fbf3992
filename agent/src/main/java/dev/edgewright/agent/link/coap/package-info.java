/**
 * The link over CoAP, with Eclipse Californium: the same messages for devices that cannot hold a TCP session.
 *
 * <p>Implements {@link dev.edgewright.agent.link.Link}; nobody but the agent's main names it. Never meets {@code link.mqtt}.
 */
package dev.edgewright.agent.link.coap;
