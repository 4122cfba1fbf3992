package dev.edgewright.simulator.fleet;

import com.hivemq.client.mqtt.MqttClientExecutorConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.edgewright.common.protocol.Limits;
import dev.edgewright.common.protocol.Topics;
import dev.edgewright.simulator.device.Action;
import dev.edgewright.simulator.device.VirtualDevice;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** One device and its connection. All that touches the device runs on its lane. */
final class Seat {

    private static final int KEEP_ALIVE_SECONDS = 60;
    private static final long SESSION_SECONDS = 600;
    private static final int RECEIVE_MAXIMUM = 128;

    private final VirtualDevice device;
    private final Executor lane;
    private final Clock clock;
    private final AtomicLong published;
    private final AtomicLong lost;
    private final Mqtt5AsyncClient client;

    Seat(
            VirtualDevice device,
            BrokerAddress broker,
            MqttClientExecutorConfig threads,
            Executor lane,
            Clock clock,
            AtomicLong published,
            AtomicLong lost) {
        this.device = device;
        this.lane = lane;
        this.clock = clock;
        this.published = published;
        this.lost = lost;
        this.client = build(broker, threads);
        client.publishes(MqttGlobalPublishFilter.ALL, this::received, lane);
    }

    private Mqtt5AsyncClient build(BrokerAddress broker, MqttClientExecutorConfig threads) {
        Mqtt5ClientBuilder builder = Mqtt5Client.builder()
                .identifier("edgewright-" + device.id())
                .serverHost(broker.host())
                .serverPort(broker.port())
                .executorConfig(threads)
                .automaticReconnect()
                .initialDelay(1, TimeUnit.SECONDS)
                .maxDelay(30, TimeUnit.SECONDS)
                .applyAutomaticReconnect()
                .addConnectedListener(context -> lane.execute(() -> perform(device.connected(clock.millis()))))
                .addDisconnectedListener(context -> lane.execute(device::disconnected));
        return (broker.tls() ? builder.sslWithDefaultConfig() : builder).buildAsync();
    }

    VirtualDevice device() {
        return device;
    }

    /** Begins to connect; goes on trying by itself. */
    void connect() {
        client.connectWith()
                .cleanStart(false)
                .sessionExpiryInterval(SESSION_SECONDS)
                .keepAlive(KEEP_ALIVE_SECONDS)
                .restrictions()
                .receiveMaximum(RECEIVE_MAXIMUM)
                .maximumPacketSize(Limits.MQTT_PACKET_BYTES)
                .applyRestrictions()
                .willPublish(Mqtt5Publish.builder()
                        .topic(Topics.presence(device.id()))
                        .payload(device.lastWill())
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .retain(true)
                        .build()
                        .asWill())
                .send();
    }

    /** On the lane: does what is due. */
    void tick(long nowMs) {
        if (nowMs >= device.wakeAtMs()) {
            perform(device.tick(nowMs));
        }
    }

    /** On the lane: says that it goes, and goes; its session ends with it. */
    CompletableFuture<Void> close() {
        CompletableFuture<?>[] last = device.closing().stream()
                .map(action -> publish((Action.Publish) action))
                .toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(last)
                .handle((done, failed) -> null)
                .thenCompose(
                        ignored -> client.disconnectWith().noSessionExpiry().send())
                .handle((done, failed) -> null);
    }

    private void received(Mqtt5Publish message) {
        perform(device.received(message.getTopic().toString(), message.getPayloadAsBytes(), clock.millis()));
    }

    private void perform(List<Action> actions) {
        for (Action action : actions) {
            if (action instanceof Action.Publish publish) {
                publish(publish);
            } else if (action instanceof Action.Subscribe subscribe) {
                watch(client.subscribeWith()
                        .topicFilter(subscribe.filter())
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .send());
            } else if (action instanceof Action.Unsubscribe unsubscribe) {
                watch(client.unsubscribeWith().topicFilter(unsubscribe.filter()).send());
            }
        }
    }

    private CompletableFuture<?> publish(Action.Publish publish) {
        CompletableFuture<?> sent = client.publishWith()
                .topic(publish.topic())
                .payload(publish.payload())
                .qos(publish.qos() == 0 ? MqttQos.AT_MOST_ONCE : MqttQos.AT_LEAST_ONCE)
                .retain(publish.retained())
                .send();
        watch(sent);
        return sent;
    }

    private void watch(CompletableFuture<?> sent) {
        sent.whenComplete((result, failed) -> (failed == null ? published : lost).incrementAndGet());
    }
}
