package dev.edgewright.agent.scenario;

import java.nio.file.Path;

/** Agents over Mosquitto. */
class MosquittoIT extends LinkScenarios {

    @Override
    ControlPlane control(Path folder) {
        MosquittoBroker.assumeInstalled();
        return new MqttControlPlane(new MosquittoBroker(folder));
    }
}
