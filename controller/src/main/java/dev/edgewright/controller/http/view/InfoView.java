package dev.edgewright.controller.http.view;

import java.util.List;

/** Schema {@code Info}. */
public record InfoView(
        String version, String brokerUrl, boolean brokerEmbedded, String coapUrl, String startedAt, List<Trust> trust) {
    public InfoView {
        trust = List.copyOf(trust);
    }

    /** @param use "catalog" or "fleet" */
    public record Trust(String use, String keyId, String publicKey, String pem) {}
}
