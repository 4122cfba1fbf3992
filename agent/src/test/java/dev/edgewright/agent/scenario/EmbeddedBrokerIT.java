package dev.edgewright.agent.scenario;

import java.nio.file.Path;

/** Agents over the broker that comes with the controller. */
class EmbeddedBrokerIT extends LinkScenarios {

    @Override
    ControlPlane control(Path folder) {
        return new MqttControlPlane(new EmbeddedBroker(folder));
    }
}
