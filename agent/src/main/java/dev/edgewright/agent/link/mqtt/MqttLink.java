package dev.edgewright.agent.link.mqtt;

import dev.edgewright.agent.link.Backoff;
import dev.edgewright.agent.link.Link;
import dev.edgewright.agent.link.LinkListener;
import dev.edgewright.agent.link.Outbox;
import dev.edgewright.agent.link.Outgoing;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.MessageKind;
import dev.edgewright.common.protocol.Renewal;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Reported;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.common.protocol.v1.TrialReport;
import dev.edgewright.common.protocol.v1.Want;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * MQTT 5: clean start off, so that the broker keeps the subscriptions and what arrives meanwhile; a last will; QoS 1 but for
 * telemetry.
 *
 * <p>One thread of its own connects, subscribes and publishes, and waits for each acknowledgement. Paho's callback thread
 * only hands over what arrived: a call that waits for the broker would wait for itself there.
 */
public final class MqttLink implements Link {

    private static final Logger LOG = LoggerFactory.getLogger(MqttLink.class);
    private static final Duration IDLE = Duration.ofMillis(250);

    private final MqttSettings settings;
    private final LongSupplier unixMillis;
    private final Backoff backoff;
    private final Renewal renewal;
    private final Outbox outbox = new Outbox();
    private final Set<Digest> followed = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "link-mqtt");
    private volatile boolean connected;
    private LinkListener listener;

    public MqttLink(MqttSettings settings, RandomGenerator random, LongSupplier unixMillis) {
        this(settings, random, new Renewal(random), unixMillis);
    }

    MqttLink(MqttSettings settings, RandomGenerator random, Renewal renewal, LongSupplier unixMillis) {
        this.settings = settings;
        this.unixMillis = unixMillis;
        this.backoff = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(60), random, System::nanoTime);
        this.renewal = renewal;
    }

    @Override
    public void start(LinkListener to) {
        this.listener = to;
        thread.start();
    }

    @Override
    public boolean connected() {
        return connected;
    }

    @Override
    public void hello(Hello hello) {
        outbox.put(new Outgoing(MessageKind.HELLO, "", hello.toByteArray()));
    }

    @Override
    public void reported(Reported reported) {
        outbox.put(new Outgoing(MessageKind.REPORTED, "", reported.toByteArray()));
    }

    @Override
    public void telemetry(TelemetryWindow window) {
        outbox.put(new Outgoing(MessageKind.TELEMETRY, "", window.toByteArray()));
    }

    @Override
    public void trialed(TrialReport report) {
        outbox.put(new Outgoing(MessageKind.TRIALED, "", report.toByteArray()));
    }

    @Override
    public void want(Want want) {
        outbox.put(
                new Outgoing(MessageKind.WANT, Digest.ofBytes(want.getDigest()).hex(), want.toByteArray()));
    }

    @Override
    public void follow(Digest blob) {
        followed.add(blob);
        outbox.wake();
    }

    @Override
    public void unfollow(Digest blob) {
        followed.remove(blob);
        outbox.drop(MessageKind.WANT, blob.hex());
        outbox.wake();
    }

    @Override
    public void close() {
        closed.countDown();
        outbox.wake();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean closing() {
        return closed.getCount() == 0;
    }

    private void run() {
        while (!closing()) {
            try (MqttConnection connection =
                    MqttConnection.open(settings, followed, listener, outbox::wake, unixMillis)) {
                backoff.connected();
                connected = true;
                LOG.atInfo().addKeyValue("broker", settings.broker()).log("connected");
                listener.connected();
                renewal.connected(elapsedMs());
                pump(connection);
            } catch (MqttException e) {
                lost("code " + e.getReasonCode() + ", "
                        + (e.getCause() == null ? e.getMessage() : e.getCause().toString()));
            } catch (InterruptedException e) {
                break;
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("link failed unexpectedly, connecting again");
                lost(e.toString());
            }
            if (!closing() && !pause(backoff.lost())) {
                break;
            }
        }
        connected = false;
    }

    private void lost(String why) {
        connected = false;
        listener.disconnected(settings.broker() + ": " + why);
    }

    private void pump(MqttConnection connection) throws MqttException, InterruptedException {
        while (!closing()) {
            connection.requireAlive();
            if (renewal.due(elapsedMs())) {
                connection.renew();
            }
            connection.subscribeTo(followed);
            var next = outbox.take(IDLE);
            if (next.isEmpty()) {
                continue;
            }
            connection.subscribeTo(followed);
            try {
                connection.publish(next.get());
            } catch (MqttException e) {
                outbox.giveBack(next.get());
                throw e;
            }
        }
        flush(connection);
        connected = false;
    }

    private static long elapsedMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /** What the agent said last, before it says goodbye. */
    private void flush(MqttConnection connection) throws MqttException, InterruptedException {
        for (var next = outbox.take(Duration.ZERO); next.isPresent(); next = outbox.take(Duration.ZERO)) {
            connection.publish(next.get());
        }
    }

    private boolean pause(Duration length) {
        try {
            return !closed.await(length.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }
}
