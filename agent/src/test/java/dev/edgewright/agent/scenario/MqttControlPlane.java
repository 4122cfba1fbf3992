package dev.edgewright.agent.scenario;

import dev.edgewright.agent.fakes.Variant;
import dev.edgewright.common.artifact.ChunkBitmap;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.MessageKind;
import dev.edgewright.common.protocol.TopicMatch;
import dev.edgewright.common.protocol.Topics;
import dev.edgewright.common.protocol.v1.Want;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/** The smallest controller over MQTT: answers each want at once, by itself. */
final class MqttControlPlane implements ControlPlane, MqttCallback {

    private final Broker broker;
    private final Cable cable;
    private final MqttAsyncClient client;
    private final Seen seen = new Seen();
    private final Blobs blobs = new Blobs();
    private final ExecutorService sender = Executors.newSingleThreadExecutor();

    MqttControlPlane(Broker broker) {
        this.broker = broker;
        this.cable = new Cable(broker.uri());
        try {
            client = new MqttAsyncClient(broker.uri().toString(), "control-plane", new MemoryPersistence());
            client.setCallback(this);
            MqttConnectionOptions options = new MqttConnectionOptions();
            options.setReceiveMaximum(1000);
            options.setSocketFactory(new PromptSockets());
            client.connect(options).waitForCompletion(15_000);
            for (String filter : List.of(
                    Topics.ALL_PRESENCE,
                    Topics.ALL_HELLO,
                    Topics.ALL_REPORTED,
                    Topics.ALL_TELEMETRY,
                    Topics.ALL_WANT)) {
                client.subscribe(filter, 1).waitForCompletion(15_000);
            }
        } catch (MqttException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<String> agentOptions(String device) {
        return List.of("--broker", cable.uri().toString());
    }

    @Override
    public void desire(String device, byte[] signed) {
        send(Topics.desired(DeviceId.of(device)), signed, true);
    }

    @Override
    public void publish(Variant variant) {
        blobs.publish(variant);
    }

    @Override
    public Seen seen() {
        return seen;
    }

    @Override
    public List<String> chunksSent() {
        return blobs.sent();
    }

    @Override
    public void damage(UnaryOperator<byte[]> change) {
        blobs.damage(change);
    }

    @Override
    public void cut() {
        cable.cut();
    }

    @Override
    public void mend() {
        cable.mend();
    }

    @Override
    public void close() {
        sender.shutdownNow();
        cable.close();
        try {
            client.disconnectForcibly(100, 100, false);
            client.close(true);
        } catch (MqttException e) {
            throw new IllegalStateException(e);
        } finally {
            broker.close();
        }
    }

    private void send(String topic, byte[] payload, boolean retained) {
        MqttMessage message = new MqttMessage(payload);
        message.setQos(1);
        message.setRetained(retained);
        try {
            client.publish(topic, message).waitForCompletion(15_000);
        } catch (MqttException e) {
            throw new IllegalStateException(topic, e);
        }
    }

    private void answer(byte[] payload) {
        try {
            Want want = Want.parseFrom(payload);
            ChunkBitmap missing = ChunkBitmap.fromBytes(want.getMissing(), want.getChunks());
            Digest blob = Digest.ofBytes(want.getDigest());
            int sent = 0;
            for (int i = missing.first(); i >= 0 && sent < want.getWindow(); i = missing.next(i + 1)) {
                int index = i;
                blobs.take(blob, i).ifPresent(frame -> send(Topics.blobChunk(blob, index), frame, false));
                sent++;
            }
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            seen.refused.add("want: " + e.getMessage());
        }
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {
        if (Topics.parse(topic) instanceof TopicMatch.Device device) {
            if (device.kind() == MessageKind.WANT) {
                sender.execute(() -> answer(message.getPayload()));
            } else {
                seen.take(device.kind(), device.device().value(), message.getPayload());
            }
        }
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
}
