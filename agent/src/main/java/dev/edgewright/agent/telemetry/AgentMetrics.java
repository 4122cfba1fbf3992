package dev.edgewright.agent.telemetry;

import dev.edgewright.agent.inference.ModelActivity;
import dev.edgewright.agent.power.EnergySource;
import dev.edgewright.agent.power.EnergyWindow;
import dev.edgewright.common.telemetry.LatencySketch;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The agent's metrics, from the totals of its telemetry windows: counters here grow by whole windows and never shrink while the agent runs.
 *
 * <p>Names are in base units. Latency is one histogram in both forms, native and classic; energy is a counter by source, so that measured and
 * estimated joules are never one series.
 */
public final class AgentMetrics implements MultiCollector {
    private final String agentVersion;
    private final ProcessGauges process;
    private final Supplier<Map<String, String>> lifecycle;
    private final List<String> lifecycleStates;
    private final Map<Series, Totals> models = new TreeMap<>();
    private final Map<EnergySource, Double> deviceJoules = new EnumMap<>(EnergySource.class);

    private record Series(String model, String variant) implements Comparable<Series> {
        Labels labels(String... more) {
            return Labels.of("model", model, "variant", variant).merge(Labels.of(more));
        }

        @Override
        public int compareTo(Series other) {
            int byModel = model.compareTo(other.model);
            return byModel != 0 ? byModel : variant.compareTo(other.variant);
        }
    }

    private static final class Totals {
        private final LatencySketch latency = new LatencySketch();
        private final Map<EnergySource, Double> gross = new EnumMap<>(EnergySource.class);
        private final Map<EnergySource, Double> net = new EnumMap<>(EnergySource.class);
        private long requests;
        private long errors;
        private long rejected;
    }

    /**
     * @param lifecycle state name by model, as it is now
     * @param lifecycleStates every state that there is
     */
    public AgentMetrics(
            String agentVersion,
            ProcessGauges process,
            Supplier<Map<String, String>> lifecycle,
            List<String> lifecycleStates) {
        this.agentVersion = agentVersion;
        this.process = process;
        this.lifecycle = lifecycle;
        this.lifecycleStates = List.copyOf(lifecycleStates);
    }

    synchronized void device(EnergyWindow window) {
        deviceJoules.merge(window.source(), window.grossJoules(), Double::sum);
    }

    synchronized void add(ModelActivity activity, ModelEnergy shares) {
        Series series = new Series(activity.model().value(), activity.stats().variant());
        Totals totals = models.computeIfAbsent(series, s -> new Totals());
        totals.latency.merge(activity.stats().latency());
        totals.requests += activity.stats().requests();
        totals.errors += activity.stats().errors();
        totals.rejected += activity.stats().rejected();
        if (activity.stats().requests() > 0) {
            totals.gross.merge(shares.energy().source(), shares.gross(activity), Double::sum);
            totals.net.merge(shares.energy().source(), shares.net(activity), Double::sum);
        }
    }

    @Override
    public synchronized MetricSnapshots collect() {
        List<MetricSnapshot> all = new ArrayList<>();
        all.add(InfoSnapshot.builder()
                .name("edgewright_agent")
                .help("Version of the agent")
                .dataPoint(InfoSnapshot.InfoDataPointSnapshot.builder()
                        .labels(Labels.of("version", agentVersion))
                        .build())
                .build());
        all.add(latency());
        all.add(requests());
        all.add(energy());
        all.add(deviceEnergy());
        all.add(states());
        all.add(gauge(
                "edgewright_device_temperature_celsius",
                "Processor temperature, 0 where unknown",
                process.temperatureCelsius()));
        all.add(gauge("process_resident_memory_bytes", "Resident memory of the agent", process.residentBytes()));
        all.add(CounterSnapshot.builder()
                .name("process_cpu_seconds")
                .help("Processor time of the agent")
                .dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .value(process.cpuSeconds())
                        .build())
                .build());
        return new MetricSnapshots(all);
    }

    private HistogramSnapshot latency() {
        HistogramSnapshot.Builder histogram = HistogramSnapshot.builder()
                .name("edgewright_inference_duration_seconds")
                .help("Time of answered inferences in the session: inputs in, run, outputs out");
        models.forEach((series, totals) -> histogram.dataPoint(Histograms.of(totals.latency, series.labels())));
        return histogram.build();
    }

    private CounterSnapshot requests() {
        CounterSnapshot.Builder counter = CounterSnapshot.builder()
                .name("edgewright_inference_requests")
                .help("Inference requests by outcome; rejected ones were refused for their input");
        models.forEach((series, totals) -> {
            counter.dataPoint(point(totals.requests - totals.errors, series.labels("outcome", "answered")));
            counter.dataPoint(point(totals.errors, series.labels("outcome", "failed")));
            counter.dataPoint(point(totals.rejected, series.labels("outcome", "rejected")));
        });
        return counter.build();
    }

    private CounterSnapshot energy() {
        CounterSnapshot.Builder counter = CounterSnapshot.builder()
                .name("edgewright_inference_energy_joules")
                .help("Energy while the model ran, its share by busy time; net is above idle power");
        models.forEach((series, totals) -> {
            totals.gross.forEach((source, joules) ->
                    counter.dataPoint(point(joules, series.labels("part", "gross", "source", source.label()))));
            totals.net.forEach((source, joules) ->
                    counter.dataPoint(point(joules, series.labels("part", "net", "source", source.label()))));
        });
        return counter.build();
    }

    private CounterSnapshot deviceEnergy() {
        CounterSnapshot.Builder counter = CounterSnapshot.builder()
                .name("edgewright_device_energy_joules")
                .help("Energy of the whole device, gross");
        deviceJoules.forEach((source, joules) -> counter.dataPoint(point(joules, Labels.of("source", source.label()))));
        return counter.build();
    }

    private GaugeSnapshot states() {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder()
                .name("edgewright_model_lifecycle_state")
                .help("1 for the state of the update lifecycle that the model is in, 0 for the others");
        new TreeMap<>(lifecycle.get()).forEach((model, now) -> {
            for (String state : lifecycleStates) {
                gauge.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .value(state.equals(now) ? 1 : 0)
                        .labels(Labels.of("model", model, "state", state))
                        .build());
            }
        });
        return gauge.build();
    }

    private static GaugeSnapshot gauge(String name, String help, double value) {
        return GaugeSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .value(value)
                        .build())
                .build();
    }

    private static CounterSnapshot.CounterDataPointSnapshot point(double value, Labels labels) {
        return CounterSnapshot.CounterDataPointSnapshot.builder()
                .value(value)
                .labels(labels)
                .build();
    }
}
