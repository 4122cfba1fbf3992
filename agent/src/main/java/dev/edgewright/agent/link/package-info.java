/**
 * The connection to the fleet, as the rest of the agent sees it: what it may send, what may arrive.
 *
 * <p>Stands on {@code common} alone. How it is carried is the business of {@code link.mqtt} and {@code link.coap}, which
 * never meet.
 */
package dev.edgewright.agent.link;
