/**
 * Where variants lie on the device: content-addressed slots, the pointer to the active one, the chunks already held.
 *
 * <p>Stands on {@code common} alone. Knows no link, no session, no clock.
 */
package dev.edgewright.agent.slot;
