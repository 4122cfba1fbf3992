package dev.edgewright.agent.link.mqtt;

import dev.edgewright.common.id.BootId;
import dev.edgewright.common.id.DeviceId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How the device reaches its broker.
 *
 * @param broker {@code tcp://host:port} or {@code ssl://host:port}
 * @param user with {@code password}, where the broker asks for them
 * @param certificateAuthority PEM file of the authority that the broker's certificate must come from; the Java runtime's own
 *     when absent
 * @param sessionExpiry how long the broker keeps what arrives while the device is away
 * @param receiveMaximum messages of QoS 1 that may be under way to this device
 */
public record MqttSettings(
        String broker,
        DeviceId device,
        BootId boot,
        String agentVersion,
        Optional<String> user,
        Optional<String> password,
        Optional<Path> certificateAuthority,
        Duration keepAlive,
        Duration sessionExpiry,
        int receiveMaximum) {

    public static MqttSettings of(String broker, DeviceId device, BootId boot, String agentVersion) {
        return new MqttSettings(
                broker,
                device,
                boot,
                agentVersion,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(30),
                Duration.ofDays(7),
                64);
    }

    /** {@code edgewright-ID}: by this name a broker's access list knows which topics are this device's own. */
    public String clientId() {
        return "edgewright-" + device.value();
    }

    boolean secure() {
        return broker.startsWith("ssl:");
    }

    @Override
    public String toString() {
        return "MqttSettings[" + broker + ", " + device + "]";
    }
}
