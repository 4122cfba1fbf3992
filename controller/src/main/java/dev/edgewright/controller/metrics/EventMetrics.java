package dev.edgewright.controller.metrics;

import dev.edgewright.controller.events.EventStore;
import dev.edgewright.controller.events.Webhooks;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/** How many events there are, and what became of those that were sent on. */
public final class EventMetrics implements MultiCollector {
    private final EventStore events;
    private final Webhooks webhooks;

    public EventMetrics(EventStore events, Webhooks webhooks) {
        this.events = events;
        this.webhooks = webhooks;
    }

    @Override
    public MetricSnapshots collect() {
        var attempts =
                Family.counter("edgewright_webhook_attempts", "Attempts to send an event, by what came of them.");
        webhooks.counts().forEach((outcome, count) -> attempts.add(count, "outcome", outcome));
        return new MetricSnapshots(
                Family.gauge("edgewright_events_newest", "Number of the newest event.")
                        .add(events.head())
                        .done(),
                attempts.done());
    }
}
