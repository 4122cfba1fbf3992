package dev.edgewright.controller.mqtt;

import dev.edgewright.controller.fake.Mosquitto;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class MosquittoLinkIT extends LinkScenarios {
    @TempDir
    static Path folder;

    private static Mosquitto mosquitto;

    @BeforeAll
    static void start() throws Exception {
        mosquitto = new Mosquitto(folder, "the controller's client against Mosquitto");
    }

    @AfterAll
    static void stop() throws Exception {
        if (mosquitto != null) {
            mosquitto.close();
        }
    }

    @Override
    URI broker() {
        return mosquitto.uri();
    }

    @Override
    Optional<String> user() {
        return Optional.empty();
    }

    @Override
    Optional<String> password() {
        return Optional.empty();
    }
}
