package dev.edgewright.controller.coap;

import dev.edgewright.common.error.EdgewrightException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Where CoAP listens and how.
 *
 * @param pskFile secrets of devices; with it DTLS is spoken, without it only a loopback address is taken
 * @param silence a device that sent nothing for so long counts as offline: CoAP has no last will
 * @param workers threads that read blobs
 */
public record CoapSettings(InetSocketAddress listen, Optional<Path> pskFile, Duration silence, int workers) {
    public CoapSettings {
        Objects.requireNonNull(listen, "listen");
        boolean loopback = listen.getAddress() != null && listen.getAddress().isLoopbackAddress();
        if (pskFile.isEmpty() && !loopback) {
            throw EdgewrightException.caller(
                    "COAP_IN_THE_CLEAR",
                    "coap: " + listen.getHostString()
                            + " is no loopback address, and CoAP in the clear is for loopback only; "
                            + "give a file with the secrets of devices (coap.psk-file) to speak DTLS");
        }
    }

    public static CoapSettings of(InetSocketAddress listen, Optional<Path> pskFile) {
        return new CoapSettings(listen, pskFile, Duration.ofSeconds(90), 4);
    }

    boolean secure() {
        return pskFile.isPresent();
    }
}
