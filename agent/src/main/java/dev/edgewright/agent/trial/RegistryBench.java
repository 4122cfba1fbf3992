package dev.edgewright.agent.trial;

import dev.edgewright.agent.inference.ModelRegistry;
import dev.edgewright.agent.inference.OperatorProfile;
import dev.edgewright.agent.inference.Prepared;
import dev.edgewright.agent.inference.SideBySide;
import dev.edgewright.agent.inference.SideBySideOutcome;
import dev.edgewright.agent.power.EnergyMonitor;
import dev.edgewright.agent.power.EnergyWindow;
import dev.edgewright.agent.slot.Slot;
import dev.edgewright.agent.update.Failure;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.OperatorTime;
import dev.edgewright.common.protocol.v1.ReportedError;
import dev.edgewright.common.protocol.v1.TrialMeasurement;
import dev.edgewright.common.protocol.v1.TrialPhase;
import dev.edgewright.common.protocol.v1.TrialRequest;
import dev.edgewright.common.protocol.v1.TrialResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/** Measures with the registry of running models and this machine's energy meters. */
public final class RegistryBench implements Bench {

    private static final double DEFAULT_PRECISION = 0.01;
    private static final int PROFILE_RUNS = 6;
    private static final double LONG_RUN_MS = 50;

    private final ModelRegistry registry;
    private final EnergyMonitor energy;
    private final Function<Manifest, Optional<Failure>> unfit;
    private final Supplier<Conditions> conditions;
    private final Duration quiet;

    /**
     * @param energy a monitor of its own: every reading ends a stretch
     * @param quiet time without requests before anything runs
     */
    public RegistryBench(
            ModelRegistry registry,
            EnergyMonitor energy,
            Function<Manifest, Optional<Failure>> unfit,
            Supplier<Conditions> conditions,
            Duration quiet) {
        this.registry = registry;
        this.energy = energy;
        this.unfit = unfit;
        this.conditions = conditions;
        this.quiet = quiet;
    }

    @Override
    public Optional<Failure> unfit(Manifest manifest) {
        return unfit.apply(manifest);
    }

    @Override
    public Conditions conditions() {
        return conditions.get();
    }

    @Override
    public Optional<TrialResult.Builder> measure(
            Slot slot, Manifest manifest, TrialRequest request, BooleanSupplier mayGoOn) {
        GoldenSet golden = slot.readGolden();
        Meter meter = new Meter();
        try (Prepared candidate = registry.prepare(slot.model(), slot.modelFile(), manifest, slot.manifest())) {
            var plan = new SideBySide.Plan(
                    Duration.ofMillis(request.getMeasureMs()),
                    request.getPrecision() > 0 ? request.getPrecision() : DEFAULT_PRECISION,
                    quiet,
                    Duration.ofMillis(Math.min(150, Math.max(20, request.getMeasureMs() / 24))));
            Optional<SideBySideOutcome> outcome = registry.beside(candidate)
                    .run(golden, manifest.getTolerance(), request.getLimits(), plan, meter, mayGoOn);
            return outcome.map(
                            o -> result(o, meter.source).setCelsius(conditions().celsius()))
                    .map(result -> withOperators(result, slot, manifest, golden, mayGoOn));
        } catch (EdgewrightException e) {
            return Optional.of(TrialResult.newBuilder()
                    .setPhase(TrialPhase.TRIAL_PHASE_OUT)
                    .setError(
                            ReportedError.newBuilder().setCode(e.code().name()).setMessage(cut(e.getMessage()))));
        }
    }

    private TrialResult.Builder withOperators(
            TrialResult.Builder result, Slot slot, Manifest manifest, GoldenSet golden, BooleanSupplier mayGoOn) {
        if (result.getPhase() != TrialPhase.TRIAL_PHASE_MEASURED || !mayGoOn.getAsBoolean()) {
            return result;
        }
        int runs = result.getCandidate().getP50Ms() > LONG_RUN_MS ? 2 : PROFILE_RUNS;
        List<OperatorProfile.Part> parts = registry.operators(slot.modelFile(), manifest, golden, runs);
        parts.forEach(part -> result.addOperators(OperatorTime.newBuilder()
                .setName(part.name())
                .setInput(part.input())
                .setCalls(part.calls())
                .setMicros(part.micros())));
        return result;
    }

    private static TrialResult.Builder result(SideBySideOutcome outcome, String source) {
        TrialResult.Builder result = TrialResult.newBuilder()
                .setPhase(outcome.failure().isEmpty() ? TrialPhase.TRIAL_PHASE_MEASURED : TrialPhase.TRIAL_PHASE_OUT)
                .setRatio(outcome.ratio())
                .setRatioLow(outcome.ratioLow())
                .setRatioHigh(outcome.ratioHigh())
                .setMemoryBytes(outcome.memoryBytes())
                .setCosine(Double.isNaN(outcome.cosine()) ? 0 : outcome.cosine())
                .setAgreement(Double.isNaN(outcome.agreement()) ? 0 : outcome.agreement())
                .setInterruptions(outcome.interruptions())
                .setSpentMs((int) Math.min(Integer.MAX_VALUE, outcome.spentMillis()));
        outcome.failure()
                .ifPresent(why -> result.setError(
                        ReportedError.newBuilder().setCode(why.code()).setMessage(cut(why.message()))));
        if (outcome.candidate().runs() > 0) {
            result.setCandidate(side(outcome.candidate(), source));
        }
        outcome.active().ifPresent(side -> result.setActive(side(side, source)));
        outcome.activeManifest().ifPresent(digest -> result.setActiveManifest(digest.toByteString()));
        return result;
    }

    private static TrialMeasurement side(SideBySideOutcome.Side side, String source) {
        return TrialMeasurement.newBuilder()
                .setRuns(side.runs())
                .setP50Ms(side.p50Ms())
                .setP50LowMs(side.p50LowMs())
                .setP50HighMs(side.p50HighMs())
                .setP95Ms(side.p95Ms())
                .setJoules(side.joules())
                .setEnergySource(side.joules() > 0 ? source : "")
                .build();
    }

    private static String cut(String text) {
        String words = String.valueOf(text);
        return words.length() > 500 ? words.substring(0, 500) : words;
    }

    /** The joules of every stretch, and the source of the last. */
    private final class Meter implements SideBySide.Joules {
        private String source = "";

        @Override
        public OptionalDouble lap() {
            energy.sample();
            EnergyWindow window = energy.window(false);
            source = window.source().label();
            return OptionalDouble.of(window.netJoules());
        }
    }
}
