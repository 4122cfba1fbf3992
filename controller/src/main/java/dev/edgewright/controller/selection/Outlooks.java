package dev.edgewright.controller.selection;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.Probe;
import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.catalog.Workload;
import dev.edgewright.controller.fleet.Device;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Predicts what the variants of one model version cost on one device, and how sure that is.
 *
 * <p>Latency: probes, times what profiles taught of the class's operators, times the geometric mean of measured / predicted over the
 * variants of this model that were measured there. Its uncertainty is that of a logarithm whose variance starts at a prior and
 * moves to what those residuals really scatter by (the mean of the posterior under a conjugate prior worth two residuals).
 */
final class Outlooks {

    /** Scatter of measured / predicted between variants of a model, before anything was measured; see docs/selection.md. */
    private static final double PRIOR_SIGMA = 0.25;

    private static final double PRIOR_WEIGHT = 2;

    /** Of the common factor of a class, which cancels between variants of one model but counts against a limit. */
    private static final double LEVEL_SIGMA = 0.3;

    private static final double USUAL_TAIL = 1.3;
    private static final double MEMORY_SIGMA = 0.3;
    private static final double ENERGY_SIGMA = 0.3;

    private final Device device;
    private final ClassKnowledge known;
    private final int threads;
    private final Map<Digest, Double> logs = new HashMap<>();
    private final Set<Digest> integer = new HashSet<>();
    private final double sigma;
    private final int residuals;
    private final double tail;

    Outlooks(Device device, ClassKnowledge known, List<Variant> variants) {
        this.device = device;
        this.known = known;
        this.threads = device.facts().getIntraOpThreads() > 0
                ? device.facts().getIntraOpThreads()
                : device.facts().getCores();
        var tails = new ArrayList<Double>();
        for (Variant variant : variants) {
            if (mostlyInteger(variant.workload())) {
                integer.add(variant.digest());
            }
            var measured = known.of(variant);
            var predicted = fromProbes(variant);
            var p50 = measured.flatMap(Measured::p50Ms);
            if (p50.isPresent() && predicted.isPresent() && predicted.getAsDouble() > 0) {
                logs.put(variant.digest(), Math.log(p50.get().value() / predicted.getAsDouble()));
            }
            if (p50.isPresent() && measured.get().p95Ms().isPresent()) {
                tails.add(measured.get().p95Ms().getAsDouble() / p50.get().value());
            }
        }
        this.residuals = logs.size();
        double squares = logs.entrySet().stream()
                .mapToDouble(e -> Math.pow(e.getValue() - mean(alike(e.getKey())), 2))
                .sum();
        double variance = (PRIOR_WEIGHT * PRIOR_SIGMA * PRIOR_SIGMA + squares) / (PRIOR_WEIGHT + residuals);
        this.sigma = residuals == 0
                ? Math.hypot(Math.sqrt(variance), LEVEL_SIGMA)
                : Math.sqrt(variance * (1 + 1.0 / residuals));
        this.tail = tails.stream().mapToDouble(v -> v).max().orElseGet(() -> probeTail(device.probes()));
    }

    Outlook of(Variant variant) {
        var measured = known.of(variant);
        var measuredMs = measured.flatMap(Measured::p50Ms);
        var predictedMs = predicted(variant);
        var ms = measuredMs.or(() -> predictedMs);
        var p95 = measured.flatMap(m -> figure(m.p95Ms(), measuredMs)).or(() -> ms.map(f -> f.times(tail)));
        var joules = measured.flatMap(m -> figure(m.joules(), measuredMs)).or(() -> ms.flatMap(this::joules));
        var memory = measured.filter(m -> m.memoryBytes().isPresent())
                .map(m -> new Figure(m.memoryBytes().getAsLong(), 0.1, Figure.Source.TRIAL))
                .orElseGet(() -> new Figure(
                        Math.max(1, Math.max(variant.manifest().getPeakMemoryBytes(), 2.0 * variant.bytes())),
                        MEMORY_SIGMA,
                        Figure.Source.PROBES));
        return new Outlook(predictedMs, measuredMs, p95, joules, Optional.of(memory));
    }

    private Optional<Figure> joules(Figure ms) {
        var each = known.joulesPerMs();
        return each.isPresent()
                ? Optional.of(
                        new Figure(ms.value() * each.getAsDouble(), Math.hypot(ms.sigma(), ENERGY_SIGMA), ms.source()))
                : Optional.empty();
    }

    private static Optional<Figure> figure(OptionalDouble value, Optional<Figure> like) {
        return value.isPresent() && value.getAsDouble() > 0
                ? Optional.of(new Figure(
                        value.getAsDouble(),
                        like.map(Figure::sigma).orElse(0.1),
                        like.map(Figure::source).orElse(Figure.Source.TRIAL)))
                : Optional.empty();
    }

    private Optional<Figure> predicted(Variant variant) {
        var ms = fromProbes(variant);
        if (ms.isEmpty()) {
            return Optional.empty();
        }
        var source = residuals > 0
                ? Figure.Source.NEIGHBOURS
                : known.operators().profiles() > 0 ? Figure.Source.OPERATORS : Figure.Source.PROBES;
        return Optional.of(new Figure(correction(variant) * ms.getAsDouble(), sigma, source));
    }

    /**
     * The geometric mean of measured / predicted over the other variants: its own would make every prediction look good. Over those of the same
     * arithmetic where there are any: a device may be slow at integers alone, because its runtime does not fuse them, for one.
     */
    private double correction(Variant variant) {
        var others = alike(variant.digest()).stream()
                .filter(d -> !d.equals(variant.digest()))
                .toList();
        return Math.exp(
                others.isEmpty()
                        ? mean(logs.keySet().stream()
                                .filter(d -> !d.equals(variant.digest()))
                                .toList())
                        : mean(others));
    }

    /** Those that were measured and compute mostly in integers, or mostly in floats, as this one does. */
    private List<Digest> alike(Digest variant) {
        return logs.keySet().stream()
                .filter(d -> integer.contains(d) == integer.contains(variant))
                .toList();
    }

    private double mean(List<Digest> measured) {
        return measured.stream().mapToDouble(logs::get).average().orElse(0);
    }

    private static boolean mostlyInteger(Workload workload) {
        double floats = workload.parts().stream()
                .filter(p -> p.precision().equals("fp32"))
                .mapToDouble(Workload.Part::macs)
                .sum();
        double all = workload.parts().stream().mapToDouble(Workload.Part::macs).sum();
        return floats < all / 2;
    }

    private OptionalDouble fromProbes(Variant variant) {
        return LatencyPrediction.milliseconds(variant.workload(), device.probes(), threads, known.operators());
    }

    /** How far the slow runs of a probe lie from its median: a busy core shows there. */
    private static double probeTail(List<Probe> probes) {
        double[] tails = probes.stream()
                .filter(p -> p.getMedianUs() > 0 && p.getP95Us() >= p.getMedianUs())
                .mapToDouble(p -> p.getP95Us() / p.getMedianUs())
                .sorted()
                .toArray();
        return tails.length == 0 ? USUAL_TAIL : tails[tails.length / 2];
    }
}
