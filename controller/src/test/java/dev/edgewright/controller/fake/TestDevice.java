package dev.edgewright.controller.fake;

import dev.edgewright.common.id.BootId;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.Topics;
import dev.edgewright.common.protocol.v1.DeviceFacts;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.Reported;
import java.net.URI;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/** A device that says what a test makes it say, over MQTT. */
public final class TestDevice implements AutoCloseable, MqttCallback {
    public final DeviceId id;
    public final BootId boot = BootId.random(new SecureRandom());
    public final Map<String, Queue<byte[]>> received = new ConcurrentHashMap<>();
    private static final long TIMEOUT_MS = 60_000;
    private final MqttAsyncClient client;

    public TestDevice(URI broker, String id) throws MqttException {
        this(broker, id, "edgewright-" + id);
    }

    public TestDevice(URI broker, String id, String clientId) throws MqttException {
        this.id = DeviceId.of(id);
        this.client = new MqttAsyncClient(broker.toString(), clientId, new MemoryPersistence());
        this.client.setCallback(this);
        var options = new MqttConnectionOptions();
        options.setCleanStart(true);
        options.setAutomaticReconnect(false);
        options.setKeepAliveInterval(30);
        client.connect(options).waitForCompletion(TIMEOUT_MS);
    }

    /** Says that it is there, and what it is. */
    public TestDevice introduce() throws MqttException {
        publish(
                Topics.presence(id),
                Presence.newBuilder()
                        .setOnline(true)
                        .setBootId(boot.toByteString())
                        .setAgentVersion("test")
                        .build()
                        .toByteArray(),
                true);
        publish(Topics.hello(id), hello().toByteArray(), true);
        publish(Topics.reported(id), reported().toByteArray(), true);
        return this;
    }

    public Hello hello() {
        return Hello.newBuilder()
                .setDeviceId(id.value())
                .setBootId(boot.toByteString())
                .setSequence(1)
                .setFacts(facts())
                .putLabels("site", "test")
                .build();
    }

    public static DeviceFacts facts() {
        return DeviceFacts.newBuilder()
                .setArch("x86_64")
                .setCpuModel("Test CPU")
                .setCores(2)
                .setIntraOpThreads(2)
                .setRamBytes(2L << 30)
                .addIsa("avx2")
                .build();
    }

    public Reported reported() {
        return Reported.newBuilder()
                .setDeviceId(id.value())
                .setBootId(boot.toByteString())
                .setSequence(1)
                .build();
    }

    /** Publishes at QoS 1; throws with the broker's reason when it refuses. */
    public void publish(String topic, byte[] payload, boolean retained) throws MqttException {
        check(client.publish(topic, payload, 1, retained));
    }

    /** Subscribes at QoS 1; throws with the broker's reason when it refuses. */
    public void subscribe(String filter) throws MqttException {
        check(client.subscribe(filter, 1));
    }

    private static void check(IMqttToken token) throws MqttException {
        token.waitForCompletion(TIMEOUT_MS);
        for (int code : token.getReasonCodes() == null ? new int[0] : token.getReasonCodes()) {
            if (code >= 0x80) {
                throw new MqttException(code);
            }
        }
    }

    public int count(String topic) {
        var queue = received.get(topic);
        return queue == null ? 0 : queue.size();
    }

    public boolean connected() {
        return client.isConnected();
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {
        received.computeIfAbsent(topic, key -> new ConcurrentLinkedQueue<>()).add(message.getPayload());
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {}

    @Override
    public void mqttErrorOccurred(MqttException exception) {}

    @Override
    public void deliveryComplete(IMqttToken token) {}

    @Override
    public void connectComplete(boolean reconnect, String serverUri) {}

    @Override
    public void authPacketArrived(int reasonCode, MqttProperties properties) {}

    @Override
    public void close() throws MqttException {
        if (client.isConnected()) {
            client.disconnect(500).waitForCompletion(TIMEOUT_MS);
        }
        client.close(true);
    }
}
