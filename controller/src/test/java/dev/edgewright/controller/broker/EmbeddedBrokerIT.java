package dev.edgewright.controller.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.error.EdgewrightException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.concurrent.CompletableFuture;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerIT {

    @TempDir
    Path folder;

    private EmbeddedBroker start(int port, String data) {
        return EmbeddedBroker.start(
                new BrokerAddress.Embedded("127.0.0.1", port),
                folder.resolve(data),
                BrokerLimits.DEFAULT,
                new SecureRandom());
    }

    @Test
    void brokers_that_start_side_by_side_each_take_their_own_credentials_on_their_own_port() throws Exception {
        var starts = new ArrayList<CompletableFuture<EmbeddedBroker>>();
        for (int i = 0; i < 3; i++) {
            var data = "broker-" + i;
            starts.add(CompletableFuture.supplyAsync(() -> start(0, data), task -> new Thread(task).start()));
        }
        var ports = new HashSet<Integer>();
        try {
            for (var start : starts) {
                var broker = start.join();
                ports.add(broker.uri().getPort());
                connectAsController(broker);
            }
        } finally {
            starts.forEach(start -> start.thenAccept(EmbeddedBroker::close).join());
        }
        assertThat(ports).hasSize(3);
    }

    private static void connectAsController(EmbeddedBroker broker) throws Exception {
        var credentials = broker.controllerCredentials().orElseThrow();
        var options = new MqttConnectionOptions();
        options.setUserName(credentials.user());
        options.setPassword(credentials.password().getBytes(StandardCharsets.UTF_8));
        var client = new MqttClient(broker.uri().toString(), "controller-of-a-test", new MemoryPersistence());
        client.connect(options);
        assertThat(client.isConnected()).isTrue();
        client.disconnect();
        client.close();
    }

    @Test
    void a_taken_port_is_told_at_the_start() throws Exception {
        try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> start(other.getLocalPort(), "taken"))
                    .isInstanceOfSatisfying(
                            EdgewrightException.class,
                            e -> assertThat(e.code().name()).isEqualTo("BROKER_START_FAILED"))
                    .hasMessageContaining(String.valueOf(other.getLocalPort()));
        }
    }
}
