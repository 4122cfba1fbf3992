package dev.edgewright.controller.mqtt;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.Codec;
import dev.edgewright.common.protocol.MessageKind;
import dev.edgewright.common.protocol.Topics;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.controller.edge.DeviceIntake;
import dev.edgewright.controller.rollout.DesiredPublisher;
import dev.edgewright.controller.transfer.ChunkPublisher;
import dev.edgewright.controller.trial.TrialPublisher;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one connection to the broker, for ever. Every connection is a new session: what was missed is retained by the broker
 * or asked for again by devices, so nothing of an old session is worth its bookkeeping. Desired states wait here while
 * the link is down, the newest of each device; chunks are refused and offered again by their sender.
 *
 * <p>Thread-safe. Callbacks of the client only hand over; messages are handled by {@link Inbox}.
 */
public final class MqttLink implements DesiredPublisher, TrialPublisher, ChunkPublisher, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MqttLink.class);

    private final MqttSettings settings;
    private final Inbox inbox;
    private final Outbox outbox = new Outbox();
    private final Backoff backoff;
    private final ScheduledExecutorService scheduler;
    private final AtomicInteger chunksInFlight = new AtomicInteger();
    private final AtomicInteger desiredInFlight = new AtomicInteger();
    private final LongAdder received = new LongAdder();
    private final LongAdder publishedMessages = new LongAdder();
    private final LongAdder publishedBytes = new LongAdder();
    private final LongAdder connects = new LongAdder();
    private final Set<DeviceId> toForget = ConcurrentHashMap.newKeySet();
    private final CountDownLatch firstConnect = new CountDownLatch(1);
    private final Runnable connected;
    private volatile Connection connection;
    private volatile boolean closed;

    private MqttLink(MqttSettings settings, DeviceIntake intake, Runnable connected, RandomGenerator random) {
        this.settings = settings;
        this.connected = connected;
        this.inbox = new Inbox(settings.inboxMessages(), intake);
        this.backoff = new Backoff(settings.firstRetry(), settings.lastRetry(), random);
        this.scheduler = Executors.newSingleThreadScheduledExecutor(task -> {
            var thread = new Thread(task, "mqtt-link");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Starts to connect, in the background.
     *
     * @param connected run after every connect, on a thread of the link; the place to publish again what a broker that lost its
     *     retained messages does not have
     */
    public static MqttLink start(
            MqttSettings settings, DeviceIntake intake, Runnable connected, RandomGenerator random) {
        var link = new MqttLink(settings, intake, connected, random);
        link.scheduler.execute(link::connect);
        return link;
    }

    public boolean connected() {
        return connection != null;
    }

    /** Waits until the link is up for the first time; false when it is not within {@code patience}. */
    public boolean awaitConnected(Duration patience) {
        try {
            return firstConnect.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    public LinkStats stats() {
        return new LinkStats(
                connected(),
                received.sum(),
                publishedMessages.sum(),
                publishedBytes.sum(),
                connects.sum(),
                outbox.size(),
                inbox.size());
    }

    @Override
    public CompletionStage<Void> publish(DeviceId device, Signed desired) {
        var future = outbox.add(device, Codec.encode(MessageKind.DESIRED, desired));
        sendDesired();
        return future;
    }

    @Override
    public boolean publishTrial(DeviceId device, Signed trial) {
        var current = connection;
        if (current == null) {
            return false;
        }
        byte[] payload = Codec.encode(MessageKind.TRIAL, trial);
        current.publish(Topics.trial(device), payload, true).whenComplete((done, failure) -> count(payload, failure));
        return true;
    }

    @Override
    public boolean publish(Digest blob, int index, byte[] frame) {
        var current = connection;
        if (current == null) {
            return false;
        }
        int most = Math.min(settings.chunksInFlight(), current.receiveMaximum() * 3 / 4);
        if (chunksInFlight.incrementAndGet() > most) {
            chunksInFlight.decrementAndGet();
            return false;
        }
        current.publish(Topics.blobChunk(blob, index), frame, false).whenComplete((done, failure) -> {
            chunksInFlight.decrementAndGet();
            count(frame, failure);
        });
        return true;
    }

    /** Clears what the broker retains of a device that was forgotten; when the link is down, as soon as it is up. */
    public void forget(DeviceId device) {
        toForget.add(device);
        forgetAll();
    }

    private void forgetAll() {
        var current = connection;
        if (current == null) {
            return;
        }
        for (var device : toForget) {
            if (toForget.remove(device)) {
                for (var topic : List.of(
                        Topics.presence(device),
                        Topics.hello(device),
                        Topics.reported(device),
                        Topics.desired(device),
                        Topics.trial(device),
                        Topics.trialed(device))) {
                    current.publish(topic, new byte[0], true).exceptionally(failure -> null);
                }
            }
        }
    }

    private void sendDesired() {
        var current = connection;
        while (current != null && outbox.size() > 0) {
            if (desiredInFlight.incrementAndGet() > Math.max(1, current.receiveMaximum() / 4)) {
                desiredInFlight.decrementAndGet();
                return; // an acknowledgement calls again
            }
            var entry = outbox.poll();
            if (entry == null) {
                desiredInFlight.decrementAndGet();
                return;
            }
            var sent = current.publish(Topics.desired(entry.device()), entry.payload(), true);
            sent.whenComplete((done, failure) -> {
                desiredInFlight.decrementAndGet();
                count(entry.payload(), failure);
                if (failure == null) {
                    outbox.delivered(entry);
                    scheduler.execute(this::sendDesired);
                } else if (outbox.putBack(entry)) {
                    scheduler.execute(this::sendDesired);
                }
            });
            if (sent.isCompletedExceptionally()) {
                return; // this connection is gone: trying on would keep the thread that makes the next one
            }
        }
    }

    private void count(byte[] payload, Throwable failure) {
        if (failure == null) {
            publishedMessages.increment();
            publishedBytes.add(payload.length);
        }
    }

    private void connect() {
        if (closed) {
            return;
        }
        try {
            connection = Connection.open(settings, this::arrived, this::lost);
            backoff.reset();
            connects.increment();
            firstConnect.countDown();
            LOG.atInfo().addKeyValue("broker", settings.broker()).log("connected to the broker");
            forgetAll();
            sendDesired();
            connected.run();
        } catch (EdgewrightException e) {
            var delay = backoff.next();
            LOG.atWarn()
                    .addKeyValue("broker", settings.broker())
                    .addKeyValue("again_in_ms", delay.toMillis())
                    .log(e.getMessage());
            scheduler.schedule(this::connect, delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void arrived(Inbox.Letter letter) throws InterruptedException {
        received.increment();
        inbox.put(letter);
    }

    private void lost(String why) {
        var dead = connection;
        connection = null;
        if (!closed) {
            if (dead != null) {
                scheduler.execute(dead::discard);
            }
            LOG.atWarn().addKeyValue("broker", settings.broker()).log("lost the broker: " + why);
            scheduler.schedule(this::connect, backoff.next().toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Gives what waits a moment to go out, then disconnects. */
    @Override
    public void close() {
        closed = true;
        var current = connection;
        connection = null;
        if (current != null) {
            current.close();
        }
        scheduler.shutdownNow();
        inbox.close();
        var cause = EdgewrightException.transient_(
                "LINK_CLOSED", "the controller stops; the state is sent at its next start");
        outbox.drain().forEach(entry -> entry.failed(cause));
    }
}
