package dev.edgewright.agent.scenario;

import java.net.URI;

/** A running MQTT 5 broker. */
interface Broker extends AutoCloseable {

    URI uri();

    @Override
    void close();
}
