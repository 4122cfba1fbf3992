package dev.edgewright.agent.scenario;

import java.nio.file.Path;

/** Agents over CoAP DTLS with pre-shared keys. */
class CoapsIT extends LinkScenarios {

    @Override
    ControlPlane control(Path folder) {
        return new CoapControlPlane(true);
    }
}
