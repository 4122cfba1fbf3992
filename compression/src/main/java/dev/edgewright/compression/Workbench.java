package dev.edgewright.compression;

import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.cleanup.Cleanup;
import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.evaluation.AccuracyResult;
import dev.edgewright.compression.evaluation.Evaluator;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.pass.Allowance;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.quantize.InstructionSets;
import dev.edgewright.compression.quantize.StaticInt8;
import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.runtime.LatencyMeter;
import dev.edgewright.compression.runtime.LatencyResult;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import dev.edgewright.compression.runtime.SyntheticFeeds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** One model on the bench: read, cleaned and scored once, then tried with any number of recipes. */
final class Workbench implements AutoCloseable {

    private static final double NOTICEABLY_FASTER = 0.98;
    private static final long SIDE_BY_SIDE_BYTES = 256L << 20;

    private final CompressionSettings settings;
    private final Path model;
    private final ModelInfo info;
    private final DataSource data;
    private final Path outDir;
    private final ResultStore store;
    private final PassContext context;
    private final PassResult cleaned;
    private final ModelSession before;
    private Evaluator.Original reference;
    /** How long the given model took when it was last measured beside something; null before. */
    private LatencyResult latencyBefore;

    Workbench(CompressionSettings settings, Path model, DataSource data, Path outDir) {
        this.settings = settings;
        this.model = model;
        this.data = data;
        this.outDir = outDir;
        this.info = Inspection.of(model);
        this.store = ResultStore.open(outDir);
        Graph original = OnnxFile.read(model);
        Split calibration = data == null ? null : data.calibration().limit(settings.calibrationSamples());
        this.context = PassContext.of(settings.seed(), data, calibration, original);
        this.cleaned = Cleanup.all().apply(original, context);
        this.before = ModelSession.open(model, SessionSettings.threads(settings.threads()));
    }

    ModelInfo info() {
        return info;
    }

    /** Null when there is none. */
    DataSource data() {
        return data;
    }

    PassContext context() {
        return context;
    }

    /** Whether an earlier run measured this already, so that it costs nothing. */
    boolean isKept(Recipe recipe) {
        return store.find(key(recipe)).isPresent();
    }

    /** What weights may be trained on, when the data names it. */
    Optional<Split> trainingSamples() {
        return data == null ? Optional.empty() : data.split(DataSource.TRAIN);
    }

    /** Whether candidates get a score. */
    boolean scores() {
        return data != null;
    }

    /** The model after clean-up. */
    Graph cleaned() {
        return cleaned.graph();
    }

    /** The given model as a candidate: what all others are compared with. */
    Candidate original() {
        if (latencyBefore == null) {
            latencyBefore = meter().compare(List.of(before), feeds(), settings.threads())
                    .get(0);
        }
        return new Candidate(
                "original",
                "none",
                model,
                info.bytes(),
                info.digest(),
                data == null ? Optional.empty() : Optional.of(reference().accuracy()),
                latencyBefore,
                List.of(),
                info.notes(),
                InstructionSets.required(context.original().orElseThrow()),
                false,
                golden(before, info.quantized()));
    }

    /** Makes a variant and measures it, or takes over what an earlier run measured. */
    Candidate candidate(Recipe recipe, Steps steps) {
        String key = key(recipe);
        Optional<Candidate> kept = store.find(key);
        if (kept.isPresent()) {
            steps.at("resume", 0.9);
            return withGolden(kept.get());
        }
        List<Pass> passes = recipe.passes();
        boolean trains = recipe.trains();
        if (trains && trainingSamples().isEmpty()) {
            throw new CompressionException(
                    Code.DATA_REQUIRED,
                    "recipe " + recipe.name()
                            + " trains, and there are no samples to train on: give data whose data.yaml"
                            + " has a split 'train', apart from the validation and test samples");
        }
        PassResult made =
                trains ? Cleanup.forTraining().apply(context.original().orElseThrow(), context) : cleaned;
        Path work = WorkFolder.of(outDir, recipe.name(), key);
        for (int i = 0; i < passes.size(); i++) {
            Pass pass = passes.get(i);
            double from = 0.1 + 0.4 * i / passes.size();
            double share = 0.4 / passes.size();
            steps.at(pass.name(), from);
            PassContext own = context.working(
                    work.resolve((i + 1) + "-" + pass.name()), steps.within(from, share), settings.allowance());
            made = made.then(pass.apply(made.graph(), own));
        }
        made = made.then(Cleanup.forDeployment().apply(made.graph(), context));
        Path file = outDir.resolve(recipe.name() + ".onnx");
        OnnxFile.write(made.graph(), file);
        Candidate candidate = measure(recipe, file, made, steps);
        store.keep(key, candidate);
        if (trains) {
            WorkFolder.delete(work); // the checkpoints in it have served
        }
        return candidate;
    }

    private Candidate measure(Recipe recipe, Path file, PassResult made, Steps steps) {
        try (ModelSession after = ModelSession.open(file, SessionSettings.threads(settings.threads()))) {
            Optional<AccuracyResult> accuracy = Optional.empty();
            if (data != null) {
                steps.at("evaluate", 0.55);
                accuracy = Optional.of(evaluator().evaluate(after, reference().reference()));
            }
            steps.at("measure", 0.8);
            List<LatencyResult> both = meter().compare(List.of(before, after), feeds(), settings.threads());
            latencyBefore = both.get(0);
            LatencyResult latency = both.get(1);
            return new Candidate(
                    recipe.name(),
                    recipe.describe(),
                    file,
                    Inspection.bytes(file, OnnxFile.read(file)),
                    Inspection.digest(file),
                    accuracy,
                    latency,
                    made.lineage(),
                    made.notes(),
                    InstructionSets.required(made.graph()),
                    latency.relative() < NOTICEABLY_FASTER,
                    golden(after, StaticInt8.isQuantized(made.graph())));
        }
    }

    private Candidate withGolden(Candidate kept) {
        if (data == null) {
            return kept;
        }
        try (ModelSession session = ModelSession.open(kept.file(), SessionSettings.threads(settings.threads()))) {
            GoldenCases golden = golden(session, StaticInt8.isQuantized(OnnxFile.read(kept.file())));
            return new Candidate(
                    kept.name(),
                    kept.recipe(),
                    kept.file(),
                    kept.bytes(),
                    kept.digest(),
                    kept.accuracy(),
                    kept.latency(),
                    kept.lineage(),
                    kept.notes(),
                    kept.requiresIsa(),
                    kept.fasterThanOriginal(),
                    golden);
        }
    }

    /**
     * Measures all of them against the original again, in the same rounds, so that their times compare with each other as well; in groups
     * that memory can hold. What single measurements said before is replaced.
     */
    List<Candidate> sideBySide(List<Candidate> candidates) {
        List<Candidate> measured = new ArrayList<>();
        for (int start = 0; start < candidates.size(); ) {
            int end = start;
            long bytes = info.bytes();
            while (end < candidates.size()
                    && (end == start || bytes + candidates.get(end).bytes() <= SIDE_BY_SIDE_BYTES)) {
                bytes += candidates.get(end++).bytes();
            }
            measured.addAll(group(candidates.subList(start, end)));
            start = end;
        }
        return measured;
    }

    private List<Candidate> group(List<Candidate> candidates) {
        List<ModelSession> sessions = new ArrayList<>(List.of(before));
        try {
            for (Candidate candidate : candidates) {
                sessions.add(ModelSession.open(candidate.file(), SessionSettings.threads(settings.threads())));
            }
            Duration time = settings.latencyTime().multipliedBy(sessions.size()).dividedBy(2);
            List<LatencyResult> times =
                    new LatencyMeter(time, settings.latencyRuns()).compare(sessions, feeds(), settings.threads());
            List<Candidate> measured = new ArrayList<>();
            for (int i = 0; i < candidates.size(); i++) {
                LatencyResult latency = times.get(i + 1);
                measured.add(candidates.get(i).withLatency(latency, latency.relative() < NOTICEABLY_FASTER));
            }
            return measured;
        } finally {
            sessions.subList(1, sessions.size()).forEach(ModelSession::close);
        }
    }

    private GoldenCases golden(ModelSession session, boolean quantized) {
        return data == null
                ? GoldenCases.none()
                : GoldenCapture.of(session, data.validation(), settings.goldenCases(), quantized);
    }

    private Evaluator evaluator() {
        return new Evaluator(data.validation(), data.task(), settings.batchSize());
    }

    private Evaluator.Original reference() {
        if (reference == null) {
            reference = evaluator().original(before);
        }
        return reference;
    }

    private LatencyMeter meter() {
        return new LatencyMeter(settings.latencyTime(), settings.latencyRuns());
    }

    /** One run's worth of real samples where there are some: sizes that data decides, such as text lengths, are then real too. */
    private Map<String, Tensor> feeds() {
        if (data == null) {
            return SyntheticFeeds.running(before, settings.seed());
        }
        Batching one = Batching.of(before.inputs(), 1);
        return one.fit(data.validation().first(one.size())).inputs();
    }

    private String key(Recipe recipe) {
        return String.join(
                "|",
                info.digest().substring(0, 16),
                data == null ? "no-data" : data.digest().substring(0, 16),
                recipe.name(),
                recipe.describe(),
                settings.withAllowance(new Allowance(settings.allowance().threads(), 0))
                        .toString());
    }

    @Override
    public void close() {
        before.close();
    }

    /** Tells a progress listener where a candidate is, within its share of the whole, and stops it when the time for it is over. */
    record Steps(Progress progress, String candidate, double from, double to, BooleanSupplier timeLeft) {

        void at(String stage, double fraction) {
            if (progress.cancelled()) {
                throw new CompressionException(
                        Code.CANCELLED, "stopped before " + stage + " of " + candidate + "; what was measured is kept");
            }
            if (!timeLeft.getAsBoolean()) {
                throw new CompressionException(
                        Code.BUDGET_SPENT, "given up before " + stage + ", because the budget was used up");
            }
            progress.update(stage, candidate, from + (to - from) * fraction);
        }

        /** Progress for one step of the candidate, which asks by it whether to go on. */
        Progress within(double begin, double share) {
            return new Progress() {
                @Override
                public void update(String stage, String what, double fraction) {
                    at(stage, begin + share * fraction);
                }

                @Override
                public boolean cancelled() {
                    return progress.cancelled() || !timeLeft.getAsBoolean();
                }
            };
        }
    }
}
