package dev.edgewright.agent;

import dev.edgewright.agent.link.Link;
import dev.edgewright.agent.link.coap.CoapLink;
import dev.edgewright.agent.link.coap.CoapSettings;
import dev.edgewright.agent.link.mqtt.MqttLink;
import dev.edgewright.agent.link.mqtt.MqttSettings;
import dev.edgewright.common.config.Secret;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.BootId;
import dev.edgewright.common.id.DeviceId;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** Chooses the link by the broker's scheme. */
final class Links {

    private Links() {}

    static Link open(
            AgentConfig config, DeviceId device, BootId boot, String version, Clock clock, RandomGenerator random) {
        return switch (config.broker().getScheme()) {
            case "tcp", "ssl" -> new MqttLink(mqtt(config, device, boot, version), random, clock::millis);
            case "coap", "coaps" -> new CoapLink(coap(config, device, boot, version), random, clock::millis);
            default ->
                throw EdgewrightException.caller(
                        "CONFIG_INVALID", "broker " + config.broker() + ": the scheme must be tcp, ssl, coap or coaps");
        };
    }

    private static MqttSettings mqtt(AgentConfig config, DeviceId device, BootId boot, String version) {
        MqttSettings plain = MqttSettings.of(config.broker().toString(), device, boot, version);
        return new MqttSettings(
                plain.broker(),
                device,
                boot,
                version,
                config.mqtt().user(),
                config.mqtt().password().map(Secret::reveal),
                config.mqtt().ca(),
                plain.keepAlive(),
                plain.sessionExpiry(),
                plain.receiveMaximum());
    }

    private static CoapSettings coap(AgentConfig config, DeviceId device, BootId boot, String version) {
        return new CoapSettings(
                config.broker(),
                device,
                boot,
                version,
                config.coap().psk().map(Links::key),
                config.coap().heartbeat(),
                config.coap().answer());
    }

    private static byte[] key(Secret secret) {
        String text = secret.reveal();
        return text.startsWith("hex:")
                ? HexFormat.of().parseHex(text.substring(4))
                : text.getBytes(StandardCharsets.UTF_8);
    }
}
