package dev.edgewright.controller.broker;

import java.util.Objects;

/**
 * User name and password of an MQTT client.
 *
 * @param password never printed
 */
public record BrokerCredentials(String user, String password) {
    public BrokerCredentials {
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(password, "password");
    }

    @Override
    public String toString() {
        return "BrokerCredentials[user=" + user + ", password=***]";
    }
}
