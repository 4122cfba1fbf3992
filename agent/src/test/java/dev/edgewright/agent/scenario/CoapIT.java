package dev.edgewright.agent.scenario;

import java.nio.file.Path;

/** Agents over CoAP without DTLS, on loopback. */
class CoapIT extends LinkScenarios {

    @Override
    ControlPlane control(Path folder) {
        return new CoapControlPlane(false);
    }
}
