package dev.edgewright.controller.selection;

import dev.edgewright.common.protocol.v1.OperatorTime;
import dev.edgewright.common.protocol.v1.Probe;
import dev.edgewright.controller.catalog.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * How much longer operators take on a class than its probes predict, by family and precision, learned from profiles that devices
 * returned with trials. Multiplied into later predictions, also those for other models.
 *
 * @param logFactors logarithm of measured / predicted by key ("conv u8s8", "gemm fp32", "other")
 * @param profiles how many it was learned from
 */
public record OperatorTable(Map<String, Double> logFactors, int profiles) {

    public static final OperatorTable EMPTY = new OperatorTable(Map.of(), 0);

    static final String OTHER = "other";

    /** A factor beyond this is a misread profile rather than a property of a device. */
    private static final double MOST = Math.log(8);

    public OperatorTable {
        logFactors = Map.copyOf(logFactors);
    }

    /** One profile and what it is of. */
    public record Profile(Workload workload, List<OperatorTime> operators) {
        public Profile {
            operators = List.copyOf(operators);
        }
    }

    /** 1 where nothing was learned. */
    double factor(String key) {
        return Math.exp(logFactors.getOrDefault(key, 0.0));
    }

    /** The geometric mean over profiles for each key. */
    static OperatorTable learn(List<Profile> profiles, List<Probe> probes, int threads) {
        Map<String, List<Double>> logs = new TreeMap<>();
        int used = 0;
        for (Profile profile : profiles) {
            Map<String, Double> predicted = LatencyPrediction.microsByFamily(profile.workload(), probes, threads);
            if (predicted.isEmpty()) {
                continue;
            }
            used++;
            Map<String, Double> measured = new TreeMap<>();
            profile.operators().forEach(o -> measured.merge(family(o), o.getMicros(), Double::sum));
            predicted.forEach((key, micros) -> {
                double took = measured.getOrDefault(key, 0.0);
                if (took > 0 && micros > 0) {
                    double log = Math.log(took / micros);
                    logs.computeIfAbsent(key, k -> new ArrayList<>()).add(Math.max(-MOST, Math.min(MOST, log)));
                }
            });
        }
        Map<String, Double> factors = new TreeMap<>();
        logs.forEach((key, all) -> factors.put(key, mean(all).orElse(0)));
        return new OperatorTable(factors, used);
    }

    static String family(Workload.Part part) {
        return (part.kernel().equals("gemm") ? "gemm " : "conv ") + part.precision();
    }

    /** What an operator of ONNX Runtime counts as; all that multiplies no weights is other. */
    static String family(OperatorTime operator) {
        String name = operator.getName();
        boolean conv = name.contains("Conv");
        boolean gemm = name.contains("Gemm") || name.contains("MatMul") || name.contains("Attention");
        if (!conv && !gemm) {
            return OTHER;
        }
        boolean integer = name.startsWith("Q") || name.contains("Integer") || name.startsWith("DynamicQuantize");
        String precision = operator.getInput().equals("int8") ? "s8s8" : integer ? "u8s8" : "fp32";
        return (conv ? "conv " : "gemm ") + precision;
    }

    private static OptionalDouble mean(List<Double> values) {
        return values.stream().mapToDouble(v -> v).average();
    }
}
