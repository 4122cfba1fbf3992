package dev.edgewright.controller.broker;

import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerIT {
    @Test
    void starts(@TempDir Path folder) {
        long t = System.nanoTime();
        try (var broker = EmbeddedBroker.start(
                new BrokerAddress.Embedded("127.0.0.1", 0), folder, BrokerLimits.DEFAULT, new SecureRandom())) {
            System.out.println(broker.uri() + " " + (System.nanoTime() - t) / 1e9);
            t = System.nanoTime();
        }
        System.out.println((System.nanoTime() - t) / 1e9);
    }
}
