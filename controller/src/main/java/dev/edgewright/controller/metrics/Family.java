package dev.edgewright.controller.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;

/** Short forms for snapshots of counters and gauges. */
final class Family {
    private Family() {}

    /** A counter, to which {@code add} gives values. */
    static final class Counter {
        private final CounterSnapshot.Builder builder;

        private Counter(CounterSnapshot.Builder builder) {
            this.builder = builder;
        }

        Counter add(double value, String... labels) {
            builder.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .labels(Labels.of(labels))
                    .value(value)
                    .build());
            return this;
        }

        MetricSnapshot done() {
            return builder.build();
        }
    }

    /** A gauge, to which {@code add} gives values. */
    static final class Gauge {
        private final GaugeSnapshot.Builder builder;

        private Gauge(GaugeSnapshot.Builder builder) {
            this.builder = builder;
        }

        Gauge add(double value, String... labels) {
            builder.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                    .labels(Labels.of(labels))
                    .value(value)
                    .build());
            return this;
        }

        MetricSnapshot done() {
            return builder.build();
        }
    }

    /** @param name without {@code _total}, which the formats add */
    static Counter counter(String name, String help) {
        return new Counter(CounterSnapshot.builder().name(name).help(help));
    }

    static Gauge gauge(String name, String help) {
        return new Gauge(GaugeSnapshot.builder().name(name).help(help));
    }
}
