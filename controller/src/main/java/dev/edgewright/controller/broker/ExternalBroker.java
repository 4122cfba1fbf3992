package dev.edgewright.controller.broker;

import java.net.URI;
import java.util.Optional;

/**
 * Any MQTT 5 broker that somebody else runs. Who may publish what is for its own access list to say; docs/protocol.md
 * has the rules and an access list for Mosquitto.
 */
public record ExternalBroker(URI uri, Optional<BrokerCredentials> controllerCredentials) implements Broker {

    @Override
    public boolean embedded() {
        return false;
    }

    @Override
    public void close() {
        // not ours to stop
    }
}
