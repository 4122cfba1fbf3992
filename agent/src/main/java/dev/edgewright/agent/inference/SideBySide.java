package dev.edgewright.agent.inference;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.GoldenCase;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.Limits;
import dev.edgewright.common.protocol.v1.Tolerance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Measures a candidate and the active variant in turn: blocks in the order active, candidate, candidate, active, so that a steady
 * drift falls on both alike. Runs only while no request does; a request ends the run under way, which then does not count.
 */
public final class SideBySide {

    /**
     * @param time of measuring at most; it ends earlier when {@code precision} is reached
     * @param precision half width of the ratio's 95 % interval that is enough, 0.01 is 1 %
     * @param quiet time without requests before anything runs
     * @param block length of a block
     */
    public record Plan(Duration time, double precision, Duration quiet, Duration block) {
        public static final Duration QUIET = Duration.ofSeconds(1);

        public static Plan of(Duration time, double precision) {
            return new Plan(time, precision, QUIET, Duration.ofMillis(150));
        }
    }

    /** Net joules of the device since it was last asked. */
    @FunctionalInterface
    public interface Joules {
        OptionalDouble lap();
    }

    private static final int MIN_BLOCK_RUNS = 3;
    private static final int MIN_PAIRS = 6;
    private static final int MIN_RUNS = 60;
    private static final int WARM_UP = 3;
    private static final long NAP_MILLIS = 20;

    private final ModelRegistry registry;
    private final QuietTime quiet;
    private final Prepared candidate;
    private final LongSupplier resident;
    private final long memoryLimitBytes;
    private int interruptions;
    private long runNanos;

    SideBySide(
            ModelRegistry registry, QuietTime quiet, Prepared candidate, LongSupplier resident, long memoryLimitBytes) {
        this.registry = registry;
        this.quiet = quiet;
        this.candidate = candidate;
        this.resident = resident;
        this.memoryLimitBytes = memoryLimitBytes;
    }

    /** Ends a measurement that may not go on now. */
    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Stopped() {
            super("stopped", null, false, false);
        }
    }

    /**
     * Blocks until it is measured, or may not go on.
     *
     * @param mayGoOn asked before every run
     * @return empty when {@code mayGoOn} said no, or the active variant changed meanwhile; nothing of it is kept
     */
    public Optional<SideBySideOutcome> run(
            GoldenSet golden, Tolerance tolerance, Limits limits, Plan plan, Joules joules, BooleanSupplier mayGoOn) {
        try (OrtSession.RunOptions options = new OrtSession.RunOptions()) {
            return Optional.of(measured(golden, tolerance, limits, plan, joules, mayGoOn, options));
        } catch (Stopped e) {
            return Optional.empty();
        } catch (OrtException e) {
            return Optional.of(failed(new ProbeFailure("TRIAL_RUN_FAILED", String.valueOf(e.getMessage()))));
        } catch (EdgewrightException e) {
            String code = e.kind() == EdgewrightException.Kind.CALLER ? "GOLDEN_MISMATCH" : "TRIAL_RUN_FAILED";
            return Optional.of(failed(new ProbeFailure(code, String.valueOf(e.getMessage()))));
        }
    }

    private SideBySideOutcome measured(
            GoldenSet golden,
            Tolerance tolerance,
            Limits limits,
            Plan plan,
            Joules joules,
            BooleanSupplier mayGoOn,
            OrtSession.RunOptions options)
            throws OrtException {
        var runner = new Runner(plan, mayGoOn, options);
        Parity parity = new Parity();
        for (int i = 0; i < golden.getCasesCount(); i++) {
            GoldenCase expected = golden.getCases(i);
            InferenceResult result = runner.run(candidate.session(), ProtoTensors.byName(expected.getInputsList()));
            parity.add(i, ProtoTensors.byName(expected.getOutputsList()), result.outputs());
        }
        Optional<ProbeFailure> wrong = parity.failure(tolerance).or(() -> overMemory(limits));
        if (wrong.isPresent()) {
            return outcome(new BlockStatistics(), new BlockStatistics(), Optional.empty(), parity, wrong);
        }
        List<Map<String, TensorValue>> feeds = ProbeRun.feeds(candidate.session(), golden);
        BlockStatistics mine = new BlockStatistics();
        BlockStatistics theirs = new BlockStatistics();
        Optional<Digest> beside = Optional.empty();
        for (int round = 0; !enough(mine, theirs, plan, limits); round++) {
            boolean activeFirst = round % 2 == 0;
            if (activeFirst) {
                beside = activeBlock(runner, feeds, theirs, beside, round == 0, joules);
            }
            block(runner, candidate.session(), feeds, mine, joules);
            if (!activeFirst) {
                beside = activeBlock(runner, feeds, theirs, beside, false, joules);
            }
        }
        return outcome(mine, theirs, beside, parity, overMemory(limits).or(() -> overLimits(mine, limits)));
    }

    private Optional<Digest> activeBlock(
            Runner runner,
            List<Map<String, TensorValue>> feeds,
            BlockStatistics theirs,
            Optional<Digest> before,
            boolean first,
            Joules joules)
            throws OrtException {
        Optional<ServingSession> lease =
                registry.leaseIfServed(candidate.metadata().model());
        Optional<Digest> now = lease.map(s -> s.metadata().manifest());
        try {
            if (!first && !now.equals(before)) {
                throw new Stopped();
            }
            if (lease.isPresent()) {
                block(runner, lease.get(), feeds, theirs, joules);
            }
            return now;
        } finally {
            lease.ifPresent(ServingSession::release);
        }
    }

    private void block(
            Runner runner,
            ServingSession session,
            List<Map<String, TensorValue>> feeds,
            BlockStatistics into,
            Joules joules)
            throws OrtException {
        for (int i = 0; i < WARM_UP; i++) {
            runner.run(session, feeds.get(i % feeds.size()));
        }
        joules.lap();
        int before = interruptions;
        List<Double> millis = new ArrayList<>();
        long start = System.nanoTime();
        while (millis.size() < MIN_BLOCK_RUNS
                || System.nanoTime() - start < runner.plan.block().toNanos()) {
            Map<String, TensorValue> feed = feeds.get((into.runs() + millis.size()) % feeds.size());
            millis.add(runner.run(session, feed).seconds() * 1e3);
        }
        OptionalDouble net = joules.lap();
        if (net.isPresent() && interruptions == before) {
            into.addJoules(net.getAsDouble(), millis.size());
        }
        runNanos += System.nanoTime() - start;
        into.add(millis.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private boolean enough(BlockStatistics mine, BlockStatistics theirs, Plan plan, Limits limits) {
        if (mine.blocks() < 2) {
            return false;
        }
        if (runNanos >= plan.time().toNanos()) {
            return true;
        }
        boolean hopeless = limits.getMaxP95Ms() > 0 && mine.median().low() > limits.getMaxP95Ms();
        if (hopeless) {
            return true;
        }
        if (mine.blocks() < MIN_PAIRS || mine.runs() < MIN_RUNS) {
            return false;
        }
        var interval = theirs.blocks() > 0 ? mine.ratioTo(theirs) : mine.median();
        return BlockStatistics.width(interval) <= plan.precision();
    }

    private Optional<ProbeFailure> overLimits(BlockStatistics mine, Limits limits) {
        double p95 = mine.quantile(0.95);
        if (limits.getMaxP95Ms() > 0 && p95 > limits.getMaxP95Ms()) {
            return Optional.of(new ProbeFailure(
                    "LATENCY_LIMIT", "p95 is %.3f ms, the limit %.3f ms".formatted(p95, limits.getMaxP95Ms())));
        }
        double each = mine.joules();
        if (limits.getMaxJoulesPerInference() > 0 && each > limits.getMaxJoulesPerInference()) {
            return Optional.of(new ProbeFailure(
                    "ENERGY_LIMIT",
                    "%.4g joules an inference, the limit %.4g".formatted(each, limits.getMaxJoulesPerInference())));
        }
        return Optional.empty();
    }

    private Optional<ProbeFailure> overMemory(Limits limits) {
        long now = resident.getAsLong();
        long grown = Math.max(0, now - candidate.residentBefore());
        if (limits.getMaxMemoryBytes() > 0 && grown > limits.getMaxMemoryBytes()) {
            return Optional.of(new ProbeFailure(
                    "MEMORY_LIMIT",
                    "loading and running took " + grown + " bytes, the limit is " + limits.getMaxMemoryBytes()));
        }
        if (memoryLimitBytes > 0 && now > memoryLimitBytes) {
            return Optional.of(new ProbeFailure(
                    "MEMORY_LIMIT",
                    "the agent would hold " + now + " bytes, this device's profile allows " + memoryLimitBytes));
        }
        return Optional.empty();
    }

    private SideBySideOutcome outcome(
            BlockStatistics mine,
            BlockStatistics theirs,
            Optional<Digest> beside,
            Parity parity,
            Optional<ProbeFailure> failure) {
        boolean both = mine.blocks() > 0 && theirs.blocks() > 0;
        var ratio = both ? mine.ratioTo(theirs) : new BlockStatistics.Interval(0, 0, 0);
        return new SideBySideOutcome(
                mine.blocks() > 0 ? SideBySideOutcome.Side.of(mine) : SideBySideOutcome.Side.NONE,
                theirs.blocks() > 0 ? Optional.of(SideBySideOutcome.Side.of(theirs)) : Optional.empty(),
                beside,
                ratio.value(),
                ratio.low(),
                ratio.high(),
                Math.max(0, resident.getAsLong() - candidate.residentBefore()),
                parity.cosine(),
                parity.agreement(),
                interruptions,
                runNanos / 1_000_000,
                failure);
    }

    private SideBySideOutcome failed(ProbeFailure failure) {
        return outcome(
                new BlockStatistics(), new BlockStatistics(), Optional.empty(), new Parity(), Optional.of(failure));
    }

    /** Makes single runs in quiet times, again and again until one was not interrupted. */
    private final class Runner {
        private final Plan plan;
        private final BooleanSupplier mayGoOn;
        private final OrtSession.RunOptions options;

        Runner(Plan plan, BooleanSupplier mayGoOn, OrtSession.RunOptions options) {
            this.plan = plan;
            this.mayGoOn = mayGoOn;
            this.options = options;
        }

        InferenceResult run(ServingSession session, Map<String, TensorValue> feed) throws OrtException {
            while (true) {
                awaitQuiet();
                long arrivals = quiet.arrivals();
                quiet.takeIn(options);
                try {
                    InferenceResult result = session.runBeside(feed, options);
                    if (quiet.arrivals() == arrivals) {
                        return result;
                    }
                } catch (OrtException e) {
                    if (quiet.arrivals() == arrivals) {
                        throw e;
                    }
                } finally {
                    quiet.letGo();
                }
                interruptions++;
            }
        }

        private void awaitQuiet() {
            while (true) {
                if (!mayGoOn.getAsBoolean()) {
                    throw new Stopped();
                }
                if (quiet.lastedFor(plan.quiet().toNanos())) {
                    return;
                }
                try {
                    Thread.sleep(NAP_MILLIS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new Stopped();
                }
            }
        }
    }
}
