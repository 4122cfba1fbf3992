package dev.edgewright.controller.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.Topics;
import dev.edgewright.controller.broker.Broker;
import dev.edgewright.controller.broker.BrokerAddress;
import dev.edgewright.controller.broker.BrokerCredentials;
import dev.edgewright.controller.broker.BrokerLimits;
import dev.edgewright.controller.broker.EmbeddedBroker;
import dev.edgewright.controller.fake.TestDevice;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedLinkIT extends LinkScenarios {
    @TempDir
    static Path folder;

    private static Broker broker;

    @BeforeAll
    static void start() {
        broker = EmbeddedBroker.start(
                new BrokerAddress.Embedded("127.0.0.1", 0), folder, BrokerLimits.DEFAULT, new SecureRandom());
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Override
    URI broker() {
        return broker.uri();
    }

    @Override
    Optional<String> user() {
        return broker.controllerCredentials().map(BrokerCredentials::user);
    }

    @Override
    Optional<String> password() {
        return broker.controllerCredentials().map(BrokerCredentials::password);
    }

    @Test
    void a_device_cannot_publish_on_the_topic_of_another_device() throws Exception {
        try (var device = new TestDevice(broker(), "thief")) {
            var other = DeviceId.of("honest");
            assertRefused(device, Topics.hello(other));
            assertRefused(device, Topics.telemetry(other));
        }
    }

    @Test
    void a_device_cannot_publish_a_desired_state_or_a_chunk() throws Exception {
        try (var device = new TestDevice(broker(), "thief-2")) {
            assertRefused(device, Topics.desired(device.id));
            assertRefused(device, Topics.ROOT + "blobs/" + "0".repeat(64) + "/0");
        }
    }

    @Test
    void a_device_cannot_listen_to_the_reports_of_others() throws Exception {
        try (var device = new TestDevice(broker(), "spy")) {
            assertThatThrownBy(() -> {
                        device.subscribe(Topics.ALL_REPORTED);
                        assertThat(device.connected()).isTrue();
                        throw new MqttException(0); // a broker may also grant nothing without an error
                    })
                    .isInstanceOf(MqttException.class);
            try (var other = new TestDevice(broker(), "spied").introduce()) {
                assertThat(device.received).doesNotContainKey(Topics.reported(other.id));
            }
        }
    }

    @Test
    void a_client_that_names_itself_otherwise_is_refused() {
        assertThatThrownBy(() -> new TestDevice(broker(), "x", "some-client")).isInstanceOf(MqttException.class);
        assertThatThrownBy(() -> new TestDevice(broker(), "x", "edgewright-NOT VALID"))
                .isInstanceOf(MqttException.class);
    }

    private static void assertRefused(TestDevice device, String topic) {
        assertThatThrownBy(() -> device.publish(topic, new byte[] {1}, false)).isInstanceOf(MqttException.class);
    }
}
