package dev.edgewright.controller.mqtt;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How the controller's client connects.
 *
 * @param clientId must not begin with {@code edgewright-}: that is for devices
 * @param chunksInFlight chunks handed to the broker and not acknowledged yet, at most; the broker's own receive maximum
 *     bounds it further
 * @param inboxMessages messages taken from the socket and not handled yet, at most; beyond it the socket is not read
 */
public record MqttSettings(
        URI broker,
        String clientId,
        Optional<String> user,
        Optional<String> password,
        int chunksInFlight,
        int inboxMessages,
        Duration firstRetry,
        Duration lastRetry) {
    public MqttSettings {
        Objects.requireNonNull(broker, "broker");
        Objects.requireNonNull(clientId, "clientId");
    }

    public static MqttSettings of(URI broker, String clientId, Optional<String> user, Optional<String> password) {
        return new MqttSettings(
                broker, clientId, user, password, 64, 4096, Duration.ofMillis(250), Duration.ofSeconds(15));
    }

    /** The same by another way, tried again sooner. */
    MqttSettings over(URI way, Duration retry) {
        return new MqttSettings(way, clientId, user, password, chunksInFlight, inboxMessages, retry, retry);
    }

    @Override
    public String toString() {
        return "MqttSettings[broker=" + broker + ", clientId=" + clientId + ", password=***]";
    }
}
