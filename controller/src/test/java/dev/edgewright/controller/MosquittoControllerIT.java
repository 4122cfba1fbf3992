package dev.edgewright.controller;

import dev.edgewright.controller.fake.Mosquitto;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class MosquittoControllerIT extends ControllerScenarios {
    @TempDir
    static Path brokerFolder;

    private static Mosquitto mosquitto;

    @BeforeAll
    static void startBroker() throws Exception {
        mosquitto = new Mosquitto(brokerFolder, "a whole controller on Mosquitto");
    }

    @AfterAll
    static void stopBroker() throws Exception {
        if (mosquitto != null) {
            mosquitto.close();
        }
    }

    @Override
    String broker() {
        return mosquitto.uri().toString();
    }
}
