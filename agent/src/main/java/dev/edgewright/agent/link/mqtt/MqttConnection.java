package dev.edgewright.agent.link.mqtt;

import dev.edgewright.agent.link.LinkListener;
import dev.edgewright.agent.link.Outgoing;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.net.BrokerSockets;
import dev.edgewright.common.protocol.Limits;
import dev.edgewright.common.protocol.MessageKind;
import dev.edgewright.common.protocol.TopicMatch;
import dev.edgewright.common.protocol.Topics;
import dev.edgewright.common.protocol.v1.Presence;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/**
 * One connection from CONNECT to its end; a new one needs a new object, since a Paho client that lost its connection at the
 * wrong moment cannot always be used again. All methods wait for the broker and belong to the link's own thread.
 */
final class MqttConnection implements AutoCloseable, MqttCallback {

    private static final Set<MessageKind> RETAINED =
            EnumSet.of(MessageKind.HELLO, MessageKind.REPORTED, MessageKind.TRIALED);
    private static final long CONNECT_MS = 15_000;
    private static final long ANSWER_MS = 30_000;

    private final MqttSettings settings;
    private final Set<Digest> followed;
    private final LinkListener listener;
    private final Runnable wake;
    private final LongSupplier unixMillis;
    private final MqttAsyncClient client;
    private final Set<Digest> subscribed = new HashSet<>();
    private final Set<Digest> stale = ConcurrentHashMap.newKeySet();
    private volatile String lost;

    private MqttConnection(
            MqttSettings settings, Set<Digest> followed, LinkListener listener, Runnable wake, LongSupplier unixMillis)
            throws MqttException {
        this.settings = settings;
        this.followed = followed;
        this.listener = listener;
        this.wake = wake;
        this.unixMillis = unixMillis;
        this.client = new MqttAsyncClient(settings.broker(), settings.clientId(), new MemoryPersistence());
    }

    /** Connects, says that the device is online, subscribes. */
    static MqttConnection open(
            MqttSettings settings, Set<Digest> followed, LinkListener listener, Runnable wake, LongSupplier unixMillis)
            throws MqttException {
        MqttConnection connection = new MqttConnection(settings, followed, listener, wake, unixMillis);
        try {
            connection.connect();
            return connection;
        } catch (MqttException | RuntimeException e) {
            connection.abandon();
            throw e;
        }
    }

    private void connect() throws MqttException {
        client.setCallback(this);
        done(client.connect(options()), CONNECT_MS);
        renew();
    }

    /** Says that the device is online and makes every subscription, the first time or again. */
    void renew() throws MqttException {
        done(client.publish(Topics.presence(settings.device()), retained(presence(true))), ANSWER_MS);
        done(client.subscribe(Topics.desired(settings.device()), 1), ANSWER_MS);
        subscribeToTrials();
        for (Digest blob : subscribed) {
            done(client.subscribe(Topics.blob(blob), 1), ANSWER_MS);
        }
        subscribeTo(followed);
    }

    /** A broker whose access list knows no trials refuses the subscription: then there are none, and the rest works. */
    private void subscribeToTrials() {
        try {
            done(client.subscribe(Topics.trial(settings.device()), 1), ANSWER_MS);
        } catch (MqttException e) {
            listener.refused(
                    "TRIALS_NOT_ALLOWED", "the broker lets this device not subscribe to its trials: " + e.getMessage());
        }
    }

    /** Throws when the connection is gone. */
    void requireAlive() throws MqttException {
        if (lost != null) {
            throw new MqttException(MqttClientException.REASON_CODE_CONNECTION_LOST, new java.io.IOException(lost));
        }
    }

    /** Subscribes to these blobs and no others. */
    void subscribeTo(Set<Digest> wanted) throws MqttException {
        for (Digest blob : wanted) {
            if (subscribed.add(blob)) {
                done(client.subscribe(Topics.blob(blob), 1), ANSWER_MS);
            }
        }
        stale.addAll(subscribed);
        for (Digest blob : Set.copyOf(stale)) {
            if (!wanted.contains(blob)) {
                done(client.unsubscribe(Topics.blob(blob)), ANSWER_MS);
                subscribed.remove(blob);
            }
            stale.remove(blob);
        }
    }

    void publish(Outgoing message) throws MqttException {
        String topic = switch (message.kind()) {
            case HELLO -> Topics.hello(settings.device());
            case REPORTED -> Topics.reported(settings.device());
            case TELEMETRY -> Topics.telemetry(settings.device());
            case WANT -> Topics.want(settings.device());
            case TRIALED -> Topics.trialed(settings.device());
            default -> throw new IllegalArgumentException("a device does not send " + message.kind());
        };
        MqttMessage packet = new MqttMessage(message.payload());
        packet.setQos(message.kind() == MessageKind.TELEMETRY ? 0 : 1);
        packet.setRetained(RETAINED.contains(message.kind()));
        done(client.publish(topic, packet), ANSWER_MS);
    }

    /** Says goodbye when the connection is alive. */
    @Override
    public void close() {
        try {
            if (lost == null && client.isConnected()) {
                done(client.publish(Topics.presence(settings.device()), retained(presence(false))), 2_000);
                done(client.disconnect(2_000), 2_000);
            }
        } catch (MqttException e) {
            // The last will says it instead.
            lost = e.getMessage();
        }
        abandon();
    }

    private void abandon() {
        try {
            client.disconnectForcibly(0, 100, false);
        } catch (MqttException e) {
            lost = e.getMessage();
        }
        try {
            client.close(true);
        } catch (MqttException e) {
            lost = e.getMessage();
        }
    }

    private MqttConnectionOptions options() {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setCleanStart(false);
        options.setAutomaticReconnect(false);
        options.setSessionExpiryInterval(settings.sessionExpiry().toSeconds());
        options.setKeepAliveInterval((int) settings.keepAlive().toSeconds());
        options.setConnectionTimeout((int) (CONNECT_MS / 1000));
        options.setReceiveMaximum(settings.receiveMaximum());
        options.setMaximumPacketSize((long) Limits.MQTT_PACKET_BYTES);
        options.setWill(Topics.presence(settings.device()), retained(presence(false)));
        settings.user().ifPresent(options::setUserName);
        settings.password().ifPresent(word -> options.setPassword(word.getBytes(StandardCharsets.UTF_8)));
        options.setSocketFactory(
                settings.secure() ? BrokerSockets.tls(settings.certificateAuthority()) : BrokerSockets.plain());
        return options;
    }

    private Presence presence(boolean online) {
        return Presence.newBuilder()
                .setOnline(online)
                .setBootId(settings.boot().toByteString())
                .setAtUnixMs(online ? unixMillis.getAsLong() : 0)
                .setAgentVersion(settings.agentVersion())
                .build();
    }

    private static MqttMessage retained(Presence presence) {
        MqttMessage message = new MqttMessage(presence.toByteArray());
        message.setQos(1);
        message.setRetained(true);
        return message;
    }

    private static void done(IMqttToken token, long waitMs) throws MqttException {
        token.waitForCompletion(waitMs);
    }

    // What follows runs on Paho's callback thread: hand over, return.

    @Override
    public void messageArrived(String topic, MqttMessage message) {
        byte[] payload = message.getPayload();
        TopicMatch match = Topics.parse(topic);
        if (match instanceof TopicMatch.Blob blob) {
            chunk(blob, payload);
        } else if (match instanceof TopicMatch.Device device && device.kind() == MessageKind.DESIRED) {
            desired(device, payload);
        } else if (match instanceof TopicMatch.Device device && device.kind() == MessageKind.TRIAL) {
            trial(device, payload);
        } else {
            listener.refused("TOPIC_UNKNOWN", "a message on " + topic);
        }
    }

    private void desired(TopicMatch.Device topic, byte[] payload) {
        if (!topic.device().equals(settings.device())) {
            listener.refused("WRONG_DEVICE", "a desired state on the topic of " + topic.device());
        } else if (payload.length > Limits.DESIRED_BYTES) {
            listener.refused("TOO_LARGE", "a desired state of " + payload.length + " bytes");
        } else {
            listener.desired(payload);
        }
    }

    private void trial(TopicMatch.Device topic, byte[] payload) {
        if (!topic.device().equals(settings.device())) {
            listener.refused("WRONG_DEVICE", "a trial on the topic of " + topic.device());
        } else if (payload.length > Limits.DESIRED_BYTES) {
            listener.refused("TOO_LARGE", "a trial of " + payload.length + " bytes");
        } else if (payload.length > 0) {
            listener.trial(payload);
        }
    }

    private void chunk(TopicMatch.Blob blob, byte[] payload) {
        if (!followed.contains(blob.digest())) {
            // A subscription that an earlier run of the agent left at the broker.
            stale.add(blob.digest());
            wake.run();
        } else if (payload.length > Limits.INDEX_FRAME_BYTES) {
            listener.refused("TOO_LARGE", "a chunk of " + payload.length + " bytes");
        } else {
            listener.chunk(blob.digest(), blob.chunk(), payload);
        }
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {
        String reason = response.getReasonString();
        lost = "code " + response.getReturnCode() + (reason == null ? "" : ", " + reason);
        wake.run();
    }

    @Override
    public void mqttErrorOccurred(MqttException exception) {
        listener.refused("MQTT_ERROR", String.valueOf(exception.getMessage()));
    }

    @Override
    public void deliveryComplete(IMqttToken token) {}

    @Override
    public void connectComplete(boolean reconnect, String serverUri) {}

    @Override
    public void authPacketArrived(int reasonCode, MqttProperties properties) {}
}
