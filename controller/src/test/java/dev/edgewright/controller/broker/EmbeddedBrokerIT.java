package dev.edgewright.controller.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.error.EdgewrightException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.SecureRandom;
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
    void a_broker_on_any_port_says_which_one_it_got() {
        try (var broker = start(0, "any")) {
            assertThat(broker.uri().getPort()).isPositive();
        }
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
