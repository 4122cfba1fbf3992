package dev.edgewright.agent.link.coap;

import dev.edgewright.agent.link.Backoff;
import dev.edgewright.agent.link.Link;
import dev.edgewright.agent.link.LinkListener;
import dev.edgewright.agent.link.Outbox;
import dev.edgewright.agent.link.Outgoing;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.Limits;
import dev.edgewright.common.protocol.MessageKind;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.Reported;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.common.protocol.v1.TrialReport;
import dev.edgewright.common.protocol.v1.Want;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * CoAP: registers by posting presence and hello, observes the desired state, posts reports and telemetry, gets chunks one
 * by one with block-wise transfer. A fetch that was cut goes on with the first chunk that is not whole.
 *
 * <p>One thread of its own makes all exchanges, one at a time (RFC 7252 §4.7, NSTART = 1): messages first, then the next
 * chunk.
 */
public final class CoapLink implements Link {

    private static final Logger LOG = LoggerFactory.getLogger(CoapLink.class);
    private static final Duration IDLE = Duration.ofMillis(250);

    private final CoapSettings settings;
    private final LongSupplier unixMillis;
    private final Backoff backoff;
    private final Outbox outbox = new Outbox();
    private final Pull pull = new Pull();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "link-coap");
    private volatile boolean connected;
    private volatile boolean observing;
    private LinkListener listener;
    private long lastExchange;
    private long observeAgainAt;
    private volatile long observedAt;

    public CoapLink(CoapSettings settings, RandomGenerator random, LongSupplier unixMillis) {
        this.settings = settings;
        this.unixMillis = unixMillis;
        this.backoff = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(60), random, System::nanoTime);
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
        pull.want(want);
        outbox.wake();
    }

    @Override
    public void follow(Digest blob) {
        // Chunks come only when this device gets them.
    }

    @Override
    public void unfollow(Digest blob) {
        pull.forget(blob);
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
            try (CoapExchanges exchanges = new CoapExchanges(settings)) {
                post(exchanges, "/v1/presence", presence(true));
                backoff.connected();
                observing = false;
                observeAgainAt = now();
                connected = true;
                LOG.atInfo().addKeyValue("server", settings.server()).log("connected");
                listener.connected();
                pump(exchanges);
            } catch (IOException | EdgewrightException e) {
                lost(e.getMessage());
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
        listener.disconnected(settings.server() + ": " + why);
    }

    private void pump(CoapExchanges exchanges) throws IOException, InterruptedException {
        boolean registered = false;
        while (!closing()) {
            Optional<Outgoing> next = outbox.take(pull.isEmpty() ? IDLE : Duration.ZERO);
            if (next.isPresent()) {
                registered |= next.get().kind() == MessageKind.HELLO;
                send(exchanges, next.get());
            } else {
                getNext(exchanges);
            }
            boolean stale =
                    observing && now() - observedAt > settings.heartbeat().toNanos();
            if (registered && (stale || !observing && now() >= observeAgainAt)) {
                observe(exchanges);
            }
            if (now() - lastExchange > settings.heartbeat().toNanos()) {
                post(exchanges, "/v1/presence", presence(true));
            }
        }
        for (Optional<Outgoing> last = outbox.take(Duration.ZERO);
                last.isPresent();
                last = outbox.take(Duration.ZERO)) {
            send(exchanges, last.get());
        }
        connected = false;
        post(exchanges, "/v1/presence", presence(false));
    }

    private void send(CoapExchanges exchanges, Outgoing message) throws IOException {
        try {
            post(exchanges, "/v1/" + message.kind().label(), message.payload());
        } catch (IOException e) {
            outbox.giveBack(message);
            throw e;
        } catch (EdgewrightException e) {
            if (message.kind() != MessageKind.TRIALED) {
                throw e;
            }
            // A server without trials has nobody who waits for this.
            LOG.atDebug().setCause(e).log("what came of trials is not taken");
        }
    }

    private void post(CoapExchanges exchanges, String resource, byte[] payload) throws IOException {
        exchanges.post(resource, payload);
        lastExchange = now();
    }

    private void getNext(CoapExchanges exchanges) throws IOException {
        Optional<Pull.Chunk> next = pull.next();
        if (next.isEmpty()) {
            return;
        }
        Pull.Chunk chunk = next.get();
        Optional<byte[]> frame = exchanges.get("/v1/blobs/" + chunk.blob().hex() + "/" + chunk.index());
        lastExchange = now();
        if (frame.isPresent()) {
            listener.chunk(chunk.blob(), chunk.index(), frame.get());
        }
    }

    /**
     * A server that started again in between knows nothing of the observation and says nothing (RFC 7641 §3.3.1 leaves it to
     * the client to ask again), so it is renewed when no notification came for a heartbeat.
     */
    private void observe(CoapExchanges exchanges) {
        observing = true;
        observedAt = now();
        exchanges.observe("/v1/desired", this::desired, () -> {
            observing = false;
            observeAgainAt = now() + Duration.ofSeconds(2).toNanos();
        });
        // A server without trials says so; there are none then, and the rest works.
        exchanges.observe("/v1/trial", this::trial, () -> {});
        lastExchange = now();
    }

    private void trial(byte[] payload) {
        if (payload.length > Limits.DESIRED_BYTES) {
            listener.refused("TOO_LARGE", "a trial of " + payload.length + " bytes");
        } else {
            listener.trial(payload);
        }
    }

    private void desired(byte[] payload) {
        observedAt = now();
        if (payload.length > Limits.DESIRED_BYTES) {
            listener.refused("TOO_LARGE", "a desired state of " + payload.length + " bytes");
        } else {
            listener.desired(payload);
        }
    }

    private byte[] presence(boolean online) {
        return Presence.newBuilder()
                .setOnline(online)
                .setBootId(settings.boot().toByteString())
                .setAtUnixMs(unixMillis.getAsLong())
                .setAgentVersion(settings.agentVersion())
                .build()
                .toByteArray();
    }

    private static long now() {
        return System.nanoTime();
    }

    private boolean pause(Duration length) {
        try {
            return !closed.await(length.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }
}
