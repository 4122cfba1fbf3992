/**
 * The {@code edgewright} command. {@link dev.edgewright.cli.Main} builds the tree of verbs; each verb lives in the room
 * of its domain: {@code verbs} (operators' verbs over REST), {@code serve} (controller and agent), {@code local}
 * (compression and training without a server), {@code demo}. May use every room; nothing uses it.
 */
package dev.edgewright.cli;
