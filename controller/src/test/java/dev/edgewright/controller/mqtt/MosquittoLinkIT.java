package dev.edgewright.controller.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.Topics;
import dev.edgewright.controller.fake.Mosquitto;
import dev.edgewright.controller.fake.TestDevice;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
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

    @Test
    void a_broker_that_goes_and_comes_back_gets_what_was_published_meanwhile() throws Exception {
        int before = connects.get();
        mosquitto.stop();
        await().atMost(SOON).until(() -> !link.connected());
        var late = link.publish(DeviceId.of("patient"), signed("said while the broker was away"))
                .toCompletableFuture();
        var chunk = link.publish(Digest.of(new byte[] {4}), 0, new byte[10]);
        assertThat(late).isNotDone();
        assertThat(chunk).as("a chunk is not kept; its sender offers it again").isFalse();
        mosquitto.start();
        late.get(30, TimeUnit.SECONDS);
        assertThat(connects.get()).isGreaterThan(before);
        try (var device = new TestDevice(broker(), "patient")) {
            device.subscribe(Topics.desired(device.id));
            await().atMost(SOON).until(() -> device.count(Topics.desired(device.id)) == 1);
        }
    }

    @Test
    void only_the_newest_desired_state_of_a_device_waits_for_the_broker() throws Exception {
        mosquitto.stop();
        await().atMost(SOON).until(() -> !link.connected());
        var id = DeviceId.of("changing");
        var first = link.publish(id, signed("first")).toCompletableFuture();
        var second = link.publish(id, signed("second")).toCompletableFuture();
        assertThat(link.stats().waitingDesired()).isEqualTo(1);
        mosquitto.start();
        first.get(30, TimeUnit.SECONDS);
        second.get(30, TimeUnit.SECONDS);
        try (var device = new TestDevice(broker(), "changing")) {
            device.subscribe(Topics.desired(id));
            await().atMost(SOON).until(() -> device.count(Topics.desired(id)) == 1);
            assertThat(device.received.get(Topics.desired(id)).peek())
                    .isEqualTo(signed("second").toByteArray());
        }
    }
}
