package dev.edgewright.controller.selection;

import dev.edgewright.common.protocol.v1.Probe;
import dev.edgewright.controller.catalog.Workload;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * How long a workload takes on a device, from the probes that the device measured of itself: for each kernel and precision the
 * multiply-accumulates divided by the device's rate, at the probe size that is nearest per call; then the share of other operators
 * on top, as it was measured on the controller's machine. What profiles taught of the class is multiplied in.
 *
 * <p>The roofline model of Williams, Waterman and Patterson (2009) with measured instead of theoretical ceilings: a probe of a kernel
 * has that kernel's own balance of arithmetic and memory traffic in it.
 */
final class LatencyPrediction {

    private LatencyPrediction() {}

    /**
     * @param threads that inference uses on the device; probes with that many count, else those with the nearest number
     * @return milliseconds of one run; empty when the workload is unknown or a kernel has no probe
     */
    static OptionalDouble milliseconds(Workload workload, List<Probe> probes, int threads) {
        return milliseconds(workload, probes, threads, OperatorTable.EMPTY);
    }

    static OptionalDouble milliseconds(Workload workload, List<Probe> probes, int threads, OperatorTable learned) {
        var micros = microsByFamily(workload, probes, threads);
        if (micros.isEmpty()) {
            return OptionalDouble.empty();
        }
        double sum = micros.entrySet().stream()
                .mapToDouble(e -> e.getValue() * learned.factor(e.getKey()))
                .sum();
        return OptionalDouble.of(sum / 1000);
    }

    /** Microseconds of one run by family of operators; empty when they cannot be told. */
    static Map<String, Double> microsByFamily(Workload workload, List<Probe> probes, int threads) {
        var micros = new TreeMap<String, Double>();
        double sum = 0;
        for (Workload.Part part : workload.parts()) {
            var rate = rate(part, probes, threads);
            if (rate.isEmpty()) {
                return Map.of();
            }
            micros.merge(OperatorTable.family(part), part.macs() / rate.getAsDouble(), Double::sum);
            sum += part.macs() / rate.getAsDouble();
        }
        if (workload.known() && workload.otherShare() > 0) {
            micros.put(OperatorTable.OTHER, sum * workload.otherShare());
        }
        return micros;
    }

    /** Multiply-accumulates per microsecond; between two probe sizes by interpolation on the logarithm of the work. */
    private static OptionalDouble rate(Workload.Part part, List<Probe> probes, int threads) {
        var fitting = probes.stream()
                .filter(p ->
                        p.getKernel().equals(part.kernel()) && p.getPrecision().equals(part.precision()))
                .filter(p -> p.getMedianUs() > 0 && p.getWork() > 0)
                .toList();
        if (fitting.isEmpty()) {
            return OptionalDouble.empty();
        }
        int nearest = fitting.stream()
                .map(Probe::getThreads)
                .min(Comparator.comparingInt(t -> Math.abs(t - Math.max(1, threads))))
                .orElseThrow();
        var bySize = fitting.stream()
                .filter(p -> p.getThreads() == nearest)
                .sorted(Comparator.comparingDouble(Probe::getWork))
                .toList();
        return OptionalDouble.of(interpolate(bySize, part.macs() / part.calls()));
    }

    private static double interpolate(List<Probe> bySize, double work) {
        Probe below = bySize.get(0);
        if (work <= below.getWork()) {
            return below.getWork() / below.getMedianUs();
        }
        for (Probe above : bySize) {
            double rateAbove = above.getWork() / above.getMedianUs();
            if (work <= above.getWork() && above.getWork() > below.getWork()) {
                double share = Math.log(work / below.getWork()) / Math.log(above.getWork() / below.getWork());
                double rateBelow = below.getWork() / below.getMedianUs();
                return rateBelow + share * (rateAbove - rateBelow);
            }
            below = above;
        }
        return below.getWork() / below.getMedianUs();
    }
}
