package dev.edgewright.simulator.device;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.Limits;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.ProbeResult;
import dev.edgewright.simulator.profile.Fault;
import dev.edgewright.simulator.profile.Profile;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** What a device finds about a variant before it serves, in VERIFYING and in PROBING. */
final class Examination {

    private static final int GOLDEN_CASES = 32;
    private static final long MIB = 1024L * 1024;

    /** Why a variant is not taken. */
    record Finding(String code, String message) {}

    private Examination() {}

    /** What speaks against it on this device, before it was loaded. */
    static Optional<Finding> verify(Blueprint blueprint, Manifest manifest) {
        Profile profile = blueprint.kind().profile();
        List<String> lacking = manifest.getRequiresIsaList().stream()
                .filter(need -> Arrays.stream(need.split("\\|")).noneMatch(profile.isa()::contains))
                .toList();
        if (blueprint.fault() == Fault.FAILS_VERIFYING) {
            return Optional.of(new Finding("INJECTED_FAULT", "this device fails in VERIFYING"));
        }
        if (!lacking.isEmpty()) {
            return Optional.of(new Finding("ISA_MISSING", "needs " + lacking + ", has " + profile.isa()));
        }
        if (manifest.getPeakMemoryBytes() > profile.ramMb() * MIB) {
            return Optional.of(new Finding("MEMORY_LIMIT", "needs " + manifest.getPeakMemoryBytes() + " bytes"));
        }
        return Optional.empty();
    }

    /** What it measures of it. */
    static ProbeResult probe(Traffic traffic, double factor, Manifest manifest, Digest digest, double wrong) {
        return ProbeResult.newBuilder()
                .setP50Ms(traffic.medianMs(factor))
                .setP95Ms(traffic.p95Ms(factor))
                .setMemoryBytes(manifest.getPeakMemoryBytes())
                .setCosine(1)
                .setAgreement(agreement(digest, wrong))
                .setRuns(GOLDEN_CASES)
                .build();
    }

    /** Over the golden cases: the same inputs on every device, so a variant that is wrong on some is wrong on them everywhere. */
    private static double agreement(Digest digest, double wrong) {
        SplittableRandom cases = new SplittableRandom(digest.hashCode());
        int right = 0;
        for (int i = 0; i < GOLDEN_CASES; i++) {
            right += cases.nextDouble() >= wrong ? 1 : 0;
        }
        return (double) right / GOLDEN_CASES;
    }

    /** What speaks against it after it was measured. */
    static Optional<Finding> judge(Blueprint blueprint, ProbeResult probe, Limits limits) {
        if (blueprint.fault() == Fault.FAILS_PROBING) {
            return Optional.of(new Finding("INJECTED_FAULT", "this device fails in PROBING"));
        }
        if (limits.getMaxP95Ms() > 0 && probe.getP95Ms() > limits.getMaxP95Ms()) {
            return Optional.of(new Finding("LATENCY_LIMIT", "p95 " + probe.getP95Ms() + " ms"));
        }
        if (limits.getMaxMemoryBytes() > 0 && probe.getMemoryBytes() > limits.getMaxMemoryBytes()) {
            return Optional.of(new Finding("MEMORY_LIMIT", "peak " + probe.getMemoryBytes() + " bytes"));
        }
        return Optional.empty();
    }
}
