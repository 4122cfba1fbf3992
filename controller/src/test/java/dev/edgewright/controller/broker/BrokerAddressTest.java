package dev.edgewright.controller.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.error.EdgewrightException;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerAddressTest {

    @Test
    void embedded_and_external() {
        assertThat(BrokerAddress.parse("embedded:127.0.0.1:1883"))
                .isEqualTo(new BrokerAddress.Embedded("127.0.0.1", 1883));
        assertThat(BrokerAddress.parse("tcp://broker.local:1883"))
                .isEqualTo(new BrokerAddress.External(URI.create("tcp://broker.local:1883")));
        assertThat(BrokerAddress.parse("ssl://broker.local:8883")).isInstanceOf(BrokerAddress.External.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1883", "embedded:", "embedded:x:y", "tcp://host", "http://host:1", "tcp://not a host:1"})
    void anything_else_is_refused_with_the_forms(String text) {
        assertThatThrownBy(() -> BrokerAddress.parse(text))
                .isInstanceOf(EdgewrightException.class)
                .hasMessageContaining("embedded:127.0.0.1:1883");
    }

    @Test
    void the_configuration_opens_one_listener_and_tells_nobody() {
        var xml = BrokerLimits.DEFAULT.toHiveMqXml("127.0.0.1", 1883);
        assertThat(xml)
                .containsOnlyOnce("<tcp-listener>")
                .doesNotContain("websocket")
                .contains("<bind-address>127.0.0.1</bind-address>");
        assertThat(xml).contains("<anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>");
    }
}
