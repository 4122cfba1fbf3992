package dev.edgewright.controller.http;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Server-sent events: one snapshot a second at most, made once however many listen, and only while somebody does. Who
 * cannot keep up misses snapshots. Lives on one Vert.x context.
 */
final class EventStream implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);
    private static final long PERIOD_MS = 1000;
    private static final int QUIET_PERIODS = 15;

    private final Mount mount;
    private final Callable<byte[]> snapshot;
    private final int maxStreams;
    private final Clock clock;
    private final Set<HttpServerResponse> listeners = new LinkedHashSet<>();
    private final long timer;
    private byte[] last = new byte[0];
    private int quiet;
    private boolean busy;

    /** @param snapshot makes one line of JSON, an object without its time, on a worker thread */
    EventStream(Mount mount, Callable<byte[]> snapshot, int maxStreams, Clock clock) {
        this.mount = mount;
        this.snapshot = snapshot;
        this.maxStreams = maxStreams;
        this.clock = clock;
        this.timer = vertx().setPeriodic(PERIOD_MS, ignored -> tick());
    }

    private Vertx vertx() {
        return mount.vertx();
    }

    void open(RoutingContext context) {
        if (listeners.size() >= maxStreams) {
            var problem = Problem.of(
                    503, "STREAMS_EXHAUSTED", maxStreams + " clients listen already", "close one, or ask again later");
            Mount.write(context, Reply.problem(problem).with("retry-after", "10"));
            return;
        }
        var response = context.response();
        response.setChunked(true)
                .putHeader("content-type", "text/event-stream")
                .putHeader("content-encoding", "identity")
                .putHeader("cache-control", "no-store")
                .putHeader("x-accel-buffering", "no");
        response.exceptionHandler(ignored -> listeners.remove(response));
        response.closeHandler(ignored -> listeners.remove(response));
        response.endHandler(ignored -> listeners.remove(response));
        listeners.add(response);
        mount.onWorker(snapshot)
                .onSuccess(now -> send(response, event(now)))
                .onFailure(failure -> LOG.atWarn().setCause(failure).log("no first snapshot"));
    }

    private void tick() {
        if (listeners.isEmpty() || busy) {
            return;
        }
        busy = true;
        mount.onWorker(snapshot).onComplete(done -> {
            busy = false;
            if (done.failed()) {
                LOG.atWarn().setCause(done.cause()).log("no snapshot this second");
                return;
            }
            if (!Arrays.equals(last, done.result())) {
                last = done.result();
                quiet = 0;
                broadcast(event(last));
            } else if (++quiet % QUIET_PERIODS == 0) {
                broadcast(Buffer.buffer(": still here\n\n"));
            }
        });
    }

    private void broadcast(Buffer text) {
        for (var listener : Set.copyOf(listeners)) {
            send(listener, text);
        }
    }

    private void send(HttpServerResponse listener, Buffer text) {
        if (listener.closed() || listener.ended()) {
            listeners.remove(listener);
        } else if (!listener.writeQueueFull()) {
            listener.write(text);
        }
    }

    /** The time is added here: the same state is then the same bytes, and is not sent again. */
    private Buffer event(byte[] json) {
        return Buffer.buffer("event: snapshot\ndata: {\"at\":\"" + clock.instant() + "\",")
                .appendBytes(json, 1, json.length - 1)
                .appendString("\n\n");
    }

    @Override
    public void close() {
        vertx().cancelTimer(timer);
        for (var listener : Set.copyOf(listeners)) {
            listener.end();
        }
        listeners.clear();
    }
}
