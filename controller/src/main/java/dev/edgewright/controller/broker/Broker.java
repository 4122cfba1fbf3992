package dev.edgewright.controller.broker;

import java.net.URI;
import java.util.Optional;

/** A broker that the controller's client and the agents can connect to. */
public interface Broker extends AutoCloseable {

    /** {@code tcp://host:port}, with the port that is really listened on. */
    URI uri();

    /** How the controller's own client proves who it is; empty where the broker asks for nothing. */
    Optional<BrokerCredentials> controllerCredentials();

    /** True when the broker lives and dies with this process. */
    boolean embedded();

    @Override
    void close();
}
