package dev.edgewright.simulator.fleet;

import com.hivemq.client.mqtt.MqttClientExecutorConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.edgewright.common.protocol.Limits;
import dev.edgewright.common.protocol.Topics;
import dev.edgewright.simulator.device.Action;
import dev.edgewright.simulator.device.Blueprint;
import dev.edgewright.simulator.device.VirtualDevice;
import dev.edgewright.simulator.profile.Fault;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** One device and its connection. All that touches the device runs on its lane. */
final class Seat {

    private static final int KEEP_ALIVE_SECONDS = 60;
    private static final long SESSION_SECONDS = 600;
    private static final int RECEIVE_MAXIMUM = 128;

    private final VirtualDevice device;
    private final Lane lane;
    private final Clock clock;
    private final AtomicLong published;
    private final AtomicLong lost;
    private final Mqtt5AsyncClient client;
    private final MessyLink messy;
    private final long skewMs;
    private long cutAtMs = Long.MAX_VALUE;
    private long dueAtMs = Long.MAX_VALUE;
    private boolean closed;

    Seat(
            VirtualDevice device,
            BrokerAddress broker,
            MqttClientExecutorConfig threads,
            Lane lane,
            Clock clock,
            AtomicLong published,
            AtomicLong lost) {
        this.device = device;
        this.lane = lane;
        this.clock = clock;
        this.published = published;
        this.lost = lost;
        this.messy = MessyLink.of(device.blueprint(), lane);
        this.skewMs = skewMs(device.blueprint());
        this.client = build(broker, threads);
        client.publishes(MqttGlobalPublishFilter.ALL, message -> messy.pass(() -> received(message)), lane);
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
                .addConnectedListener(context -> lane.execute(this::connected))
                .addDisconnectedListener(context -> lane.execute(device::disconnected));
        return (broker.tls() ? builder.sslWithDefaultConfig() : builder).buildAsync();
    }

    /** Half of the clocks that are wrong are slow, half are fast. */
    private static long skewMs(Blueprint blueprint) {
        long seconds = blueprint.fault() == Fault.SKEWED_CLOCK
                ? blueprint.faults().clockSkew().seconds()
                : 0;
        return blueprint.boot().hashCode() % 2 == 0 ? seconds * 1000 : -seconds * 1000;
    }

    VirtualDevice device() {
        return device;
    }

    /** When {@link #tick} has something to do, by the true clock; {@link Long#MAX_VALUE} for never. */
    long dueAtMs() {
        return dueAtMs;
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
        if (nowMs >= cutAtMs) {
            cut(device.blueprint().faults().flapping().down().toMillis());
        } else {
            perform(device.tick(nowMs + skewMs));
        }
    }

    /** On the lane: says that it goes, and goes; its session ends with it. */
    CompletableFuture<Void> close() {
        closed = true;
        CompletableFuture<?>[] last = device.closing().stream()
                .map(action -> publish((Action.Publish) action))
                .toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(last)
                .handle((done, failed) -> null)
                .thenCompose(
                        ignored -> client.disconnectWith().noSessionExpiry().send())
                .handle((done, failed) -> null);
    }

    private void connected() {
        if (device.blueprint().fault() == Fault.FLAPS) {
            cutAtMs =
                    clock.millis() + device.blueprint().faults().flapping().up().toMillis();
        }
        perform(device.connected(nowMs()));
    }

    private void received(Mqtt5Publish message) {
        perform(device.received(message.getTopic().toString(), message.getPayloadAsBytes(), nowMs()));
    }

    private long nowMs() {
        return clock.millis() + skewMs;
    }

    /** The connection breaks, the broker publishes the last will, and after a while there is another. */
    private void cut(long downMs) {
        cutAtMs = Long.MAX_VALUE;
        dueAtMs = Long.MAX_VALUE;
        device.disconnected();
        client.disconnectWith()
                .reasonCode(Mqtt5DisconnectReasonCode.DISCONNECT_WITH_WILL_MESSAGE)
                .send()
                .whenComplete((done, failed) -> lane.later(downMs, this::reconnect));
    }

    private void reconnect() {
        if (!closed) {
            connect();
        }
    }

    private void perform(List<Action> actions) {
        for (Action action : actions) {
            if (action instanceof Action.Publish publish) {
                messy.pass(() -> publish(publish));
            } else if (action instanceof Action.Subscribe subscribe) {
                watch(client.subscribeWith()
                        .topicFilter(subscribe.filter())
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .send());
            } else if (action instanceof Action.Unsubscribe unsubscribe) {
                watch(client.unsubscribeWith().topicFilter(unsubscribe.filter()).send());
            } else if (action instanceof Action.Die die) {
                cut(die.downMs());
                return;
            }
        }
        long wake = device.wakeAtMs();
        dueAtMs = Math.min(wake == Long.MAX_VALUE ? wake : wake - skewMs, cutAtMs);
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
