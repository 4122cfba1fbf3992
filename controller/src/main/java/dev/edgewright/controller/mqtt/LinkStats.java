package dev.edgewright.controller.mqtt;

/**
 * What the client did since the start.
 *
 * @param received messages taken from the broker
 * @param publishedMessages acknowledged by the broker
 * @param publishedBytes payload bytes of those
 * @param connects connections made; 1 where the link never broke
 * @param waitingDesired desired states that wait for the link
 * @param inbox messages that wait to be handled
 */
public record LinkStats(
        boolean connected,
        long received,
        long publishedMessages,
        long publishedBytes,
        long connects,
        int waitingDesired,
        int inbox) {}
