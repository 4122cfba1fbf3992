package dev.edgewright.agent.link.coap;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.BootId;
import dev.edgewright.common.id.DeviceId;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;

/**
 * How the device reaches the controller's CoAP edge.
 *
 * @param server {@code coaps://host:port}, or {@code coap://} to loopback
 * @param psk pre-shared key (RFC 4279) of this device, whose id is the identity; needed for {@code coaps}
 * @param heartbeat presence is posted again after so long without any other exchange, and the observation renewed after so
 *     long without a notification
 * @param answer how long an exchange may take, retransmissions included (RFC 7252 §4.8.2 allows 93 s)
 */
public record CoapSettings(
        URI server,
        DeviceId device,
        BootId boot,
        String agentVersion,
        Optional<byte[]> psk,
        Duration heartbeat,
        Duration answer) {

    public CoapSettings {
        boolean secure = server.getScheme().equals("coaps");
        if (secure && psk.isEmpty()) {
            throw EdgewrightException.caller(
                    "CONFIG_INVALID", server + " needs the device's pre-shared key: --coap.psk file:PATH");
        }
        if (!secure && !loopback(server.getHost())) {
            throw EdgewrightException.caller(
                    "CONFIG_INVALID", server + " is not this machine; CoAP without DTLS leaves it never, use coaps://");
        }
    }

    boolean secure() {
        return server.getScheme().equals("coaps");
    }

    private static boolean loopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "CoapSettings[" + server + ", " + device + "]";
    }
}
