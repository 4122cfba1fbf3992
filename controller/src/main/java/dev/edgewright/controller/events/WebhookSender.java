package dev.edgewright.controller.events;

import java.net.InetAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Posts to a webhook. Follows no redirect, reads no answer beyond its head, and gives up after a few seconds. */
@FunctionalInterface
public interface WebhookSender {

    /**
     * @param address checked already; the connection goes there and nowhere else, whatever the name resolves to by now
     * @return the HTTP status; fails when there was no answer
     */
    CompletionStage<Integer> post(URI url, InetAddress address, Map<String, String> headers, byte[] body);
}
