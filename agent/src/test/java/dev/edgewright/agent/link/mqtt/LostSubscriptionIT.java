package dev.edgewright.agent.link.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.agent.link.LinkListener;
import dev.edgewright.agent.scenario.EmbeddedBroker;
import dev.edgewright.common.id.BootId;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.Renewal;
import dev.edgewright.common.protocol.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LostSubscriptionIT {

    private static final DeviceId CAM = DeviceId.of("cam-1");
    private static final byte[] STATE = "a desired state".getBytes(StandardCharsets.UTF_8);
    private static final long PATIENCE_SECONDS = 60;

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> presences = new LinkedBlockingQueue<>();

    @Test
    void a_desired_state_for_which_the_broker_lost_the_subscription_comes_when_the_link_renews_it(@TempDir Path folder)
            throws Exception {
        try (var broker = new EmbeddedBroker(folder)) {
            var other = new MqttClient(broker.uri().toString(), "other", new MemoryPersistence());
            other.connect();
            renewed(broker, other);
            other.disconnect();
            other.close();
        }
    }

    private void renewed(EmbeddedBroker broker, MqttClient other) throws Exception {
        var settings = MqttSettings.of(broker.uri().toString(), CAM, BootId.random(new SecureRandom()), "test");
        var random = new SplittableRandom(1);
        try (var link = new MqttLink(settings, random, new Renewal(random, 1_000), System::currentTimeMillis)) {
            other.subscribe(
                    new MqttSubscription[] {new MqttSubscription(Topics.presence(CAM), 1)},
                    new IMqttMessageListener[] {(topic, message) -> presences.add("online")});
            link.start(listener());
            assertThat(heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("connected");
            broker.loseSubscription(settings.clientId(), Topics.desired(CAM));
            other.publish(Topics.desired(CAM), STATE, 1, true);
            assertThat(heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("a desired state");
            assertThat(presences.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("online");
            assertThat(presences.poll(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("said again with the subscription")
                    .isEqualTo("online");
        }
    }

    private LinkListener listener() {
        return new LinkListener() {
            @Override
            public void connected() {
                heard.add("connected");
            }

            @Override
            public void disconnected(String why) {
                heard.add("disconnected: " + why);
            }

            @Override
            public void desired(byte[] signed) {
                heard.add(new String(signed, StandardCharsets.UTF_8));
            }

            @Override
            public void chunk(Digest blob, int index, byte[] frame) {
                heard.add("chunk");
            }

            @Override
            public void refused(String code, String detail) {
                heard.add(code + ": " + detail);
            }
        };
    }
}
