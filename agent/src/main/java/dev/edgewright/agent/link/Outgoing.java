package dev.edgewright.agent.link;

import dev.edgewright.common.protocol.MessageKind;

/**
 * One message on its way out.
 *
 * @param key messages with the same kind and key replace each other while they wait
 */
public record Outgoing(MessageKind kind, String key, byte[] payload) {}
