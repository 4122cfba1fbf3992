package dev.edgewright.simulator.profile;

import java.time.Duration;
import java.util.List;

/**
 * A kind of device. Keys of a file are the components in kebab case.
 *
 * @param weight its share of the fleet, against the other profiles' weights
 * @param arch as a device reports it: {@code x86_64}, {@code aarch64}
 * @param cpu model of the processor, as text
 * @param isa instruction sets that it reports, and against which a manifest's {@code requires_isa} is held
 * @param latencyMs median of an inference, in milliseconds
 * @param jitter standard deviation of the logarithm of latencies; 0 for all the same
 * @param joules of one inference; 0 for a device without a sensor
 * @param requestsPerSecond inferences while a model serves
 * @param gmacs thousand million multiply-accumulates a second of convolutions in fp32, as its probes say; 0 sends no probes
 * @param int8Speedup what int8 kernels are faster by, as its probes say
 * @param verify time that VERIFYING takes
 * @param probe time that PROBING takes
 */
public record Profile(
        double weight,
        String arch,
        String cpu,
        int cores,
        int ramMb,
        List<String> isa,
        double latencyMs,
        double jitter,
        double joules,
        double requestsPerSecond,
        double gmacs,
        double int8Speedup,
        Duration verify,
        Duration probe) {

    public static final Profile DEFAULT = new Profile(
            1,
            "x86_64",
            "virtual",
            4,
            2048,
            List.of("avx2"),
            10,
            0.2,
            0.05,
            2,
            20,
            2,
            Duration.ofMillis(100),
            Duration.ofMillis(500));

    public Profile {
        isa = List.copyOf(isa);
        positive("weight", weight);
        positive("cores", cores);
        positive("ram-mb", ramMb);
        positive("latency-ms", latencyMs);
        notNegative("jitter", jitter);
        notNegative("joules", joules);
        notNegative("requests-per-second", requestsPerSecond);
        notNegative("gmacs", gmacs);
        positive("int8-speedup", int8Speedup);
        if (jitter > 3) {
            throw new IllegalArgumentException("jitter is at most 3, this is " + jitter);
        }
        if (requestsPerSecond > 1000) {
            throw new IllegalArgumentException("requests-per-second is at most 1000, this is " + requestsPerSecond);
        }
    }

    private static void positive(String key, double value) {
        if (!(value > 0)) {
            throw new IllegalArgumentException(key + " has to be above 0, this is " + value);
        }
    }

    private static void notNegative(String key, double value) {
        if (!(value >= 0)) {
            throw new IllegalArgumentException(key + " cannot be below 0, this is " + value);
        }
    }
}
