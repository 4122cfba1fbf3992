package dev.edgewright.controller.mqtt;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.net.BrokerSockets;
import dev.edgewright.common.protocol.Limits;
import dev.edgewright.common.protocol.Topics;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection from CONNECT to its end, with all subscriptions made. Acknowledges a QoS 1 message only after it was
 * handled, so that the broker never has more than the receive maximum on its way.
 */
final class Connection implements MqttCallback {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final long TIMEOUT_MS = 10_000;
    private static final int RECEIVE_MAXIMUM = 512;
    private static final int MQTT_DEFAULT_RECEIVE_MAXIMUM = 65_535; // MQTT 5, section 3.2.2.3.3
    private static final int NO_MATCHING_SUBSCRIBERS = 0x10;
    private static final int FIRST_ERROR_CODE = 0x80;

    /** Takes a message; may wait. */
    @FunctionalInterface
    interface Arrivals {
        void take(Inbox.Letter letter) throws InterruptedException;
    }

    private final MqttAsyncClient client;
    private final Arrivals arrivals;
    private final Consumer<String> lost;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final Set<CompletableFuture<Void>> inFlight = ConcurrentHashMap.newKeySet();
    private volatile boolean ready;
    private int receiveMaximum = MQTT_DEFAULT_RECEIVE_MAXIMUM;

    private Connection(MqttAsyncClient client, Arrivals arrivals, Consumer<String> lost) {
        this.client = client;
        this.arrivals = arrivals;
        this.lost = lost;
    }

    /**
     * Connects and subscribes; blocks up to some seconds.
     *
     * @param lost called at most once, and only after this method has returned
     * @throws EdgewrightException BROKER_UNREACHABLE or BROKER_REFUSED
     */
    static Connection open(MqttSettings settings, Arrivals arrivals, Consumer<String> lost) {
        MqttAsyncClient client = null;
        try {
            client = new MqttAsyncClient(settings.broker().toString(), settings.clientId(), new MemoryPersistence());
            var connection = new Connection(client, arrivals, lost);
            client.setManualAcks(true);
            client.setCallback(connection);
            var connected = client.connect(options(settings));
            connected.waitForCompletion(TIMEOUT_MS);
            var properties = connected.getResponseProperties();
            if (properties != null && properties.getReceiveMaximum() != null) {
                connection.receiveMaximum = properties.getReceiveMaximum();
            }
            connection.subscribe();
            connection.becomeReady();
            return connection;
        } catch (MqttException e) {
            discard(client);
            throw EdgewrightException.transient_(
                    "BROKER_UNREACHABLE", "cannot use the broker at " + settings.broker() + ": " + reason(e), e);
        }
    }

    private static MqttConnectionOptions options(MqttSettings settings) {
        var options = new MqttConnectionOptions();
        options.setCleanStart(true);
        options.setSessionExpiryInterval(0L);
        options.setAutomaticReconnect(false);
        options.setKeepAliveInterval(20);
        options.setConnectionTimeout((int) (TIMEOUT_MS / 1000));
        options.setReceiveMaximum(RECEIVE_MAXIMUM);
        options.setMaximumPacketSize((long) Limits.MQTT_PACKET_BYTES);
        options.setSocketFactory(
                settings.broker().getScheme().equals("ssl")
                        ? BrokerSockets.tls(Optional.empty())
                        : BrokerSockets.plain());
        settings.user().ifPresent(options::setUserName);
        settings.password().ifPresent(p -> options.setPassword(p.getBytes(StandardCharsets.UTF_8)));
        return options;
    }

    private void subscribe() throws MqttException {
        var subscriptions = new MqttSubscription[] {
            new MqttSubscription(Topics.ALL_PRESENCE, 1),
            new MqttSubscription(Topics.ALL_HELLO, 1),
            new MqttSubscription(Topics.ALL_REPORTED, 1),
            new MqttSubscription(Topics.ALL_WANT, 1),
            new MqttSubscription(Topics.ALL_TRIALED, 1),
            new MqttSubscription(Topics.ALL_TELEMETRY, 0),
        };
        var token = client.subscribe(subscriptions, null, null, new MqttProperties());
        token.waitForCompletion(TIMEOUT_MS);
        for (int code : token.getReasonCodes()) {
            if (code >= FIRST_ERROR_CODE) {
                throw new MqttException(code);
            }
        }
    }

    /** From here on a loss is told; one that came before is told by {@link #open} itself. */
    private synchronized void becomeReady() throws MqttException {
        if (ended.get()) {
            throw new MqttException(MqttClientException.REASON_CODE_CONNECTION_LOST);
        }
        ready = true;
    }

    /** QoS 1 messages that the broker takes at once. */
    int receiveMaximum() {
        return receiveMaximum;
    }

    /** Publishes at QoS 1; completes when the broker has it. */
    CompletableFuture<Void> publish(String topic, byte[] payload, boolean retained) {
        var future = new CompletableFuture<Void>();
        inFlight.add(future);
        future.whenComplete((done, failure) -> inFlight.remove(future));
        try {
            client.publish(topic, payload, 1, retained, null, new MqttActionListener() {
                @Override
                public void onSuccess(IMqttToken token) {
                    int code = worst(token);
                    if (code >= FIRST_ERROR_CODE) {
                        future.completeExceptionally(new MqttException(code));
                    } else {
                        future.complete(null);
                    }
                }

                @Override
                public void onFailure(IMqttToken token, Throwable cause) {
                    future.completeExceptionally(cause);
                }
            });
        } catch (MqttException e) {
            future.completeExceptionally(e);
        }
        if (ended.get()) {
            future.completeExceptionally(new MqttException(MqttClientException.REASON_CODE_CONNECTION_LOST));
        }
        return future;
    }

    private static int worst(IMqttToken token) {
        int worst = 0;
        var codes = token.getReasonCodes();
        for (int code : codes == null ? new int[0] : codes) {
            if (code != NO_MATCHING_SUBSCRIBERS) {
                worst = Math.max(worst, code);
            }
        }
        return worst;
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) throws InterruptedException {
        int id = message.getId();
        int qos = message.getQos();
        arrivals.take(new Inbox.Letter(topic, message.getPayload(), () -> acknowledge(id, qos)));
    }

    private void acknowledge(int id, int qos) {
        if (qos > 0 && !ended.get()) {
            try {
                client.messageArrivedComplete(id, qos);
            } catch (MqttException e) {
                LOG.atDebug().setCause(e).log("no acknowledgement on a connection that ended");
            }
        }
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {
        end(
                response.getException() != null
                        ? reason(response.getException())
                        : "reason code " + response.getReturnCode() + " " + response.getReasonString());
    }

    private void end(String why) {
        boolean tell;
        synchronized (this) {
            tell = ended.compareAndSet(false, true) && ready;
        }
        var cause = new MqttException(MqttClientException.REASON_CODE_CONNECTION_LOST);
        inFlight.forEach(future -> future.completeExceptionally(cause));
        if (tell) {
            lost.accept(why);
        }
    }

    /** Frees what an ended connection holds; not to be called from its own callbacks. */
    void discard() {
        discard(client);
    }

    @Override
    public void mqttErrorOccurred(MqttException exception) {
        LOG.atDebug().setCause(exception).log("client error");
    }

    @Override
    public void deliveryComplete(IMqttToken token) {
        // each publish has its own listener
    }

    @Override
    public void connectComplete(boolean reconnect, String serverUri) {
        // open() waits for it
    }

    @Override
    public void authPacketArrived(int reasonCode, MqttProperties properties) {
        // no enhanced authentication
    }

    /** Says goodbye. */
    void close() {
        ended.set(true);
        try {
            client.disconnect(1000).waitForCompletion(2000);
        } catch (MqttException e) {
            LOG.atDebug().setCause(e).log("no orderly goodbye");
        }
        discard(client);
        var cause = new MqttException(MqttClientException.REASON_CODE_CLIENT_CLOSED);
        inFlight.forEach(future -> future.completeExceptionally(cause));
    }

    private static void discard(MqttAsyncClient client) {
        if (client == null) {
            return;
        }
        try {
            if (client.isConnected()) {
                client.disconnectForcibly(0, 500, false);
            }
            client.close(true);
        } catch (MqttException e) {
            LOG.atDebug().setCause(e).log("client did not close cleanly");
        }
    }

    private static String reason(MqttException e) {
        var cause = e.getCause() == null ? "" : ": " + e.getCause().getMessage();
        return e.getMessage() + " (reason " + e.getReasonCode() + ")" + cause;
    }
}
