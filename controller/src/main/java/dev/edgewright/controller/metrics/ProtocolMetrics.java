package dev.edgewright.controller.metrics;

import dev.edgewright.common.protocol.MessageKind;
import dev.edgewright.common.protocol.ProtocolCounters;
import dev.edgewright.common.protocol.RefusalReason;
import dev.edgewright.controller.telemetry.TelemetryService;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.EnumSet;
import java.util.Set;

/** Messages of devices that were taken, refused, or dropped later. */
public final class ProtocolMetrics implements MultiCollector {
    private static final Set<MessageKind> FROM_DEVICES = EnumSet.of(
            MessageKind.PRESENCE, MessageKind.HELLO, MessageKind.REPORTED, MessageKind.TELEMETRY, MessageKind.WANT);

    private final ProtocolCounters counters;
    private final TelemetryService telemetry;

    public ProtocolMetrics(ProtocolCounters counters, TelemetryService telemetry) {
        this.counters = counters;
        this.telemetry = telemetry;
    }

    @Override
    public MetricSnapshots collect() {
        var accepted = Family.counter("edgewright_protocol_accepted", "Messages of devices that were taken.");
        var refused = Family.counter("edgewright_protocol_refused", "Messages of devices that were refused.");
        for (var kind : FROM_DEVICES) {
            accepted.add(counters.acceptedCount(kind), "kind", kind.label());
            for (var reason : RefusalReason.values()) {
                refused.add(counters.refusedCount(kind, reason), "kind", kind.label(), "reason", reason.label());
            }
        }
        var dropped = Family.counter(
                "edgewright_telemetry_dropped", "Telemetry windows that were valid, but old or seen already.");
        telemetry.dropped().forEach((reason, count) -> dropped.add(count, "reason", reason));
        return new MetricSnapshots(
                accepted.done(),
                refused.done(),
                dropped.done(),
                Family.counter(
                                "edgewright_protocol_unknown_topics",
                                "Messages on topics that the protocol does not have.")
                        .add(counters.unknownTopicCount())
                        .done());
    }
}
