package dev.edgewright.agent.inference;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.v1.GoldenCase;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.Limits;
import dev.edgewright.common.protocol.v1.Tolerance;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Judges one prepared variant: golden replay first, then time and memory. */
final class ProbeRun {
    private static final int WARM_UP = 2;

    private final ProbeBudget budget;
    private final LongSupplier resident;
    private final long residentBefore;
    private final long memoryLimitBytes;

    /**
     * @param residentBefore resident bytes before the session was loaded
     * @param memoryLimitBytes that the process may reach; 0 for none
     */
    ProbeRun(ProbeBudget budget, LongSupplier resident, long residentBefore, long memoryLimitBytes) {
        this.budget = budget;
        this.resident = resident;
        this.residentBefore = residentBefore;
        this.memoryLimitBytes = memoryLimitBytes;
    }

    long residentBefore() {
        return residentBefore;
    }

    ProbeOutcome run(ServingSession session, GoldenSet golden, Tolerance tolerance, Limits limits) {
        try {
            Parity parity = replay(session, golden);
            double[] millis = time(session, feeds(session, golden));
            Arrays.sort(millis);
            double p50 = quantile(millis, 0.50);
            double p95 = quantile(millis, 0.95);
            long after = resident.getAsLong();
            long memory = Math.max(0, after - residentBefore);
            Optional<ProbeFailure> failure = parity.failure(tolerance)
                    .or(() -> overLatency(p95, limits))
                    .or(() -> overMemory(memory, after, limits));
            return new ProbeOutcome(p50, p95, memory, parity.cosine(), parity.agreement(), millis.length, failure);
        } catch (EdgewrightException e) {
            String code = e.kind() == EdgewrightException.Kind.CALLER ? "GOLDEN_MISMATCH" : "PROBE_RUN_FAILED";
            ProbeFailure failure = new ProbeFailure(code, e.getMessage());
            return new ProbeOutcome(0, 0, 0, Double.NaN, Double.NaN, 0, Optional.of(failure));
        } catch (RuntimeException e) {
            ProbeFailure failure = new ProbeFailure("PROBE_RUN_FAILED", e.toString());
            return new ProbeOutcome(0, 0, 0, Double.NaN, Double.NaN, 0, Optional.of(failure));
        } finally {
            session.meter().drain();
            session.meter().restart();
        }
    }

    private static Parity replay(ServingSession session, GoldenSet golden) {
        Parity parity = new Parity();
        for (int i = 0; i < golden.getCasesCount(); i++) {
            GoldenCase expected = golden.getCases(i);
            Map<String, TensorValue> wanted = ProtoTensors.byName(expected.getOutputsList());
            Map<String, TensorValue> actual = session.run(
                            ProtoTensors.byName(expected.getInputsList()), List.copyOf(wanted.keySet()))
                    .outputs();
            parity.add(i, wanted, actual);
        }
        return parity;
    }

    private double[] time(ServingSession session, List<Map<String, TensorValue>> feeds) {
        for (int i = 0; i < WARM_UP; i++) {
            session.run(feeds.get(i % feeds.size()), List.of());
        }
        List<Double> millis = new ArrayList<>();
        long start = System.nanoTime();
        while (millis.size() < budget.minRuns()
                || millis.size() < budget.maxRuns()
                        && System.nanoTime() - start < budget.time().toNanos()) {
            Map<String, TensorValue> feed = feeds.get(millis.size() % feeds.size());
            millis.add(session.run(feed, List.of()).seconds() * 1e3);
        }
        return millis.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** Inputs of the golden cases; zeros of the declared shapes without any. */
    static List<Map<String, TensorValue>> feeds(ServingSession session, GoldenSet golden) {
        if (golden.getCasesCount() > 0) {
            return golden.getCasesList().stream()
                    .map(c -> ProtoTensors.byName(c.getInputsList()))
                    .toList();
        }
        Map<String, TensorValue> zeros = new LinkedHashMap<>();
        for (TensorSignature input : session.metadata().inputs()) {
            long[] shape = input.shape().stream().mapToLong(d -> Math.max(1, d)).toArray();
            int elements = Math.toIntExact(TensorValue.elements(shape));
            int width = input.datatype() == Datatype.BYTES
                    ? Integer.BYTES
                    : input.datatype().bytes();
            zeros.put(
                    input.name(),
                    new TensorValue(input.datatype(), shape, ByteBuffer.allocateDirect(elements * width)));
        }
        return List.of(zeros);
    }

    private static Optional<ProbeFailure> overLatency(double p95, Limits limits) {
        if (limits.getMaxP95Ms() > 0 && p95 > limits.getMaxP95Ms()) {
            return Optional.of(new ProbeFailure(
                    "LATENCY_LIMIT", "p95 is %.3f ms, the limit %.3f ms".formatted(p95, limits.getMaxP95Ms())));
        }
        return Optional.empty();
    }

    private Optional<ProbeFailure> overMemory(long memory, long process, Limits limits) {
        if (limits.getMaxMemoryBytes() > 0 && memory > limits.getMaxMemoryBytes()) {
            return Optional.of(new ProbeFailure(
                    "MEMORY_LIMIT",
                    "loading and running took " + memory + " bytes, the limit is " + limits.getMaxMemoryBytes()));
        }
        if (memoryLimitBytes > 0 && process > memoryLimitBytes) {
            return Optional.of(new ProbeFailure(
                    "MEMORY_LIMIT",
                    "the agent would hold " + process + " bytes, this device's profile allows " + memoryLimitBytes));
        }
        return Optional.empty();
    }

    /** Of sorted values, the smallest that at least the share {@code q} does not exceed. */
    static double quantile(double[] sorted, double q) {
        return sorted[(int) Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)];
    }
}
