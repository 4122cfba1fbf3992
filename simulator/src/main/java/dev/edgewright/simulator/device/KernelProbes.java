package dev.edgewright.simulator.device;

import dev.edgewright.common.protocol.v1.Probe;
import dev.edgewright.simulator.profile.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** The probes that a device of a profile would have measured of itself: every kernel, precision and size that an agent's suite has. */
final class KernelProbes {

    /** Multiply-accumulates of the sizes; rates grow with them, as they do on real processors. */
    private static final double[] WORK = {2e5, 4e6, 6e7};

    private static final double[] EFFICIENCY = {0.4, 0.8, 1};
    private static final List<String> SIZES = List.of("small", "medium", "large");
    private static final double SPREAD = 0.03;

    private KernelProbes() {}

    /** Empty for a profile that says no rate. */
    static List<Probe> of(Profile profile, RandomGenerator random) {
        List<Probe> probes = new ArrayList<>();
        if (profile.gmacs() == 0) {
            return probes;
        }
        double perMicro = profile.gmacs() * 1000;
        for (String precision : List.of("fp32", "u8s8", "s8s8")) {
            double rate = precision.equals("fp32") ? perMicro : perMicro * profile.int8Speedup();
            kernel(probes, profile, "conv", precision, rate, random);
            kernel(probes, profile, "gemm", precision, rate, random);
            kernel(probes, profile, "depthwise_conv", precision, rate / 8, random);
        }
        return probes;
    }

    private static void kernel(
            List<Probe> probes, Profile profile, String kernel, String precision, double rate, RandomGenerator random) {
        for (int i = 0; i < WORK.length; i++) {
            double micros = WORK[i] / (rate * EFFICIENCY[i]) * (1 + SPREAD * random.nextGaussian());
            probes.add(Probe.newBuilder()
                    .setKernel(kernel)
                    .setPrecision(precision)
                    .setSize(SIZES.get(i))
                    .setThreads(profile.cores())
                    .setMedianUs(micros)
                    .setP95Us(micros * (1 + profile.jitter()))
                    .setWork(WORK[i])
                    .setRuns(30)
                    .build());
        }
    }
}
