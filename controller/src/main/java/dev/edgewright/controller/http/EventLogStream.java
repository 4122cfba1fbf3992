package dev.edgewright.controller.http;

import dev.edgewright.controller.events.Event;
import dev.edgewright.controller.events.EventJson;
import dev.edgewright.controller.events.EventStore;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Server-sent events (WHATWG HTML, section 9.2) of what is in the event log: every one, in order, from the one after {@code Last-Event-ID} on. Who
 * cannot keep up gets them later, for they are read from the log again. Lives on one Vert.x context.
 */
final class EventLogStream implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventLogStream.class);
    private static final long PERIOD_MS = 500;
    private static final int QUIET_PERIODS = 30;
    private static final int BATCH = 500;

    private final Mount mount;
    private final EventStore events;
    private final int maxStreams;
    private final Map<HttpServerResponse, Long> cursors = new LinkedHashMap<>();
    private final long timer;
    private boolean busy;
    private int quiet;

    EventLogStream(Mount mount, EventStore events, int maxStreams) {
        this.mount = mount;
        this.events = events;
        this.maxStreams = maxStreams;
        this.timer = mount.vertx().setPeriodic(PERIOD_MS, ignored -> tick());
    }

    void open(RoutingContext context) {
        if (cursors.size() >= maxStreams) {
            var problem = Problem.of(
                    503, "STREAMS_EXHAUSTED", maxStreams + " clients listen already", "close one, or ask again later");
            Mount.write(context, Reply.problem(problem).with("retry-after", "10"));
            return;
        }
        var asked = Optional.ofNullable(context.request().getHeader("last-event-id"))
                .or(() -> Optional.ofNullable(context.request().getParam("after")))
                .map(id -> id.startsWith("ev-") ? id.substring(3) : id);
        if (asked.filter(id -> !id.matches("\\d{1,18}")).isPresent()) {
            Mount.write(
                    context,
                    Reply.problem(Problem.of(
                            400,
                            "EVENT_ID_INVALID",
                            "'" + asked.get() + "' is no id of an event such as ev-12",
                            null)));
            return;
        }
        mount.onWorker(() -> asked.isPresent() ? Long.parseLong(asked.get()) : events.head())
                .onFailure(failure -> Mount.write(context, Reply.problem(Mount.problem(context, failure))))
                .onSuccess(cursor -> begin(context.response(), cursor));
    }

    private void begin(HttpServerResponse response, long cursor) {
        if (response.closed()) {
            return;
        }
        response.setChunked(true)
                .putHeader("content-type", "text/event-stream")
                .putHeader("content-encoding", "identity")
                .putHeader("cache-control", "no-store")
                .putHeader("x-accel-buffering", "no");
        response.exceptionHandler(ignored -> cursors.remove(response));
        response.closeHandler(ignored -> cursors.remove(response));
        response.write(": listening after ev-" + cursor + "\n\n");
        cursors.put(response, cursor);
        tick();
    }

    private void tick() {
        if (cursors.isEmpty() || busy) {
            return;
        }
        busy = true;
        long oldest = cursors.values().stream().mapToLong(Long::longValue).min().orElse(0);
        mount.onWorker(() -> events.after(oldest, BATCH)).onComplete(done -> {
            busy = false;
            if (done.failed()) {
                LOG.atWarn().setCause(done.cause()).log("no events this time");
                return;
            }
            boolean still = done.result().isEmpty() && ++quiet % QUIET_PERIODS == 0;
            for (var entry : List.copyOf(cursors.entrySet())) {
                send(entry.getKey(), entry.getValue(), done.result(), still);
            }
            if (done.result().size() == BATCH) {
                tick();
            }
        });
    }

    private void send(HttpServerResponse response, long cursor, List<Event> found, boolean still) {
        if (response.closed() || response.ended()) {
            cursors.remove(response);
            return;
        }
        long at = cursor;
        for (Event event : found) {
            if (event.sequence() > at && !response.writeQueueFull()) {
                response.write(Buffer.buffer("id: " + event.sequence() + "\nevent: " + event.kind() + "\ndata: ")
                        .appendBytes(EventJson.of(event))
                        .appendString("\n\n"));
                at = event.sequence();
            } else if (event.sequence() > at) {
                break;
            }
        }
        cursors.put(response, at);
        if (still) {
            response.write(": still here\n\n");
        }
    }

    @Override
    public void close() {
        mount.vertx().cancelTimer(timer);
        cursors.keySet().forEach(HttpServerResponse::end);
        cursors.clear();
    }
}
