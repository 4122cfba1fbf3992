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
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes smaller and faster variants of an fp32 ONNX model and measures them. Deterministic: the same model, data, recipe and settings give
 * the same bytes (measured times differ, of course).
 *
 * <pre>{@code
 * Compressor compressor = new Compressor(CompressionSettings.defaults());
 * Compressor.Result result = compressor.compress(
 *     Path.of("model.onnx"), DataSource.open(Path.of("data")), Recipe.named("int8-static"), Path.of("out"), Progress.NONE);
 * Candidate int8 = result.candidates().get(0);
 * }</pre>
 */
public final class Compressor {

    private static final double NOTICEABLY_FASTER = 0.98;

    private final CompressionSettings settings;

    public Compressor(CompressionSettings settings) {
        this.settings = settings;
    }

    /**
     * What came out of one recipe.
     *
     * @param model what was given
     * @param original the given model, measured as the candidates are
     * @param candidates the variants
     */
    public record Result(ModelInfo model, Candidate original, List<Candidate> candidates) {

        public Result {
            candidates = List.copyOf(candidates);
        }
    }

    /**
     * Looks at a model and loads it in ONNX Runtime.
     *
     * @throws CompressionException MODEL_EMPTY, MODEL_UNREADABLE, MODEL_NOT_ONNX, MODEL_TRUNCATED, MODEL_INVALID, OPERATOR_UNKNOWN,
     *     OPSET_UNSUPPORTED, EXTERNAL_DATA_MISSING, EXTERNAL_DATA_OUTSIDE, TENSOR_TOO_LARGE or RUNTIME_FAILED
     */
    public static ModelInfo inspect(Path onnx) {
        return Inspection.of(onnx);
    }

    /**
     * Applies a recipe, writes the variant to {@code outDir/NAME.onnx} and measures it against the given model.
     *
     * @param model an ONNX file
     * @param data calibration and validation data, null when there is none: no accuracy then, and no recipe that needs data
     * @param progress hears about stages
     * @throws CompressionException as {@link #inspect}, and DATA_INVALID, DATA_REQUIRED, DATA_NOT_FINITE, LABEL_OUT_OF_RANGE,
     *     WEIGHTS_NOT_FINITE, ALREADY_QUANTIZED, RECIPE_INVALID, OUTPUT_FAILED, CANCELLED
     */
    public Result compress(Path model, DataSource data, Recipe recipe, Path outDir, Progress progress) {
        step(progress, "read", recipe, 0);
        List<Pass> passes = recipe.passes();
        ModelInfo info = inspect(model);
        Graph original = OnnxFile.read(model);
        Split calibration = data == null ? null : data.calibration().limit(settings.calibrationSamples());
        PassContext context = PassContext.of(settings.seed(), data, calibration, original);

        step(progress, "clean-up", recipe, 0.05);
        PassResult result = Cleanup.all().apply(original, context);
        for (int i = 0; i < passes.size(); i++) {
            step(progress, passes.get(i).name(), recipe, 0.1 + 0.4 * i / passes.size());
            result = result.then(passes.get(i).apply(result.graph(), context));
        }
        Path file = outDir.resolve(recipe.name() + ".onnx");
        OnnxFile.write(result.graph(), file);

        step(progress, "measure", recipe, 0.5);
        return measure(model, info, data, recipe, file, result, progress);
    }

    private Result measure(
            Path model, ModelInfo info, DataSource data, Recipe recipe, Path file, PassResult made, Progress progress) {
        SessionSettings options = SessionSettings.threads(settings.threads());
        try (ModelSession before = ModelSession.open(model, options);
                ModelSession after = ModelSession.open(file, options)) {
            Optional<AccuracyResult> accuracyBefore = Optional.empty();
            Optional<AccuracyResult> accuracyAfter = Optional.empty();
            GoldenCases goldenBefore = GoldenCases.none();
            GoldenCases goldenAfter = GoldenCases.none();
            if (data != null) {
                Evaluator evaluator = new Evaluator(data.validation(), data.task(), settings.batchSize());
                step(progress, "evaluate", recipe, 0.55);
                Evaluator.Original reference = evaluator.original(before);
                accuracyBefore = Optional.of(reference.accuracy());
                accuracyAfter = Optional.of(evaluator.evaluate(after, reference.reference()));
                goldenBefore = GoldenCapture.of(before, data.validation(), settings.goldenCases(), info.quantized());
                goldenAfter = GoldenCapture.of(
                        after, data.validation(), settings.goldenCases(), StaticInt8.isQuantized(made.graph()));
            }
            step(progress, "measure", recipe, 0.8);
            List<LatencyResult> latencies = new LatencyMeter(settings.latencyTime(), settings.latencyRuns())
                    .compare(List.of(before, after), feeds(before, data), settings.threads());
            Candidate originalCandidate = new Candidate(
                    "original",
                    "none",
                    model,
                    info.bytes(),
                    info.digest(),
                    accuracyBefore,
                    latencies.get(0),
                    List.of(),
                    info.notes(),
                    InstructionSets.required(OnnxFile.read(model)),
                    false,
                    goldenBefore);
            Candidate candidate = new Candidate(
                    recipe.name(),
                    recipe.describe(),
                    file,
                    Inspection.bytes(file, OnnxFile.read(file)),
                    Inspection.digest(file),
                    accuracyAfter,
                    latencies.get(1),
                    made.lineage(),
                    made.notes(),
                    InstructionSets.required(made.graph()),
                    latencies.get(1).relative() < NOTICEABLY_FASTER,
                    goldenAfter);
            step(progress, "done", recipe, 1);
            return new Result(info, originalCandidate, List.of(candidate));
        }
    }

    /** One run's worth of real samples where there are some: sizes that data decides, such as text lengths, are then real too. */
    private Map<String, Tensor> feeds(ModelSession session, DataSource data) {
        if (data == null) {
            return SyntheticFeeds.of(session.inputs(), settings.seed());
        }
        Batching one = Batching.of(session.inputs(), 1);
        return one.fit(data.validation().first(one.size())).inputs();
    }

    private static void step(Progress progress, String stage, Recipe recipe, double fraction) {
        if (progress.cancelled()) {
            throw new CompressionException(Code.CANCELLED, "stopped before " + stage + " of " + recipe.name());
        }
        progress.update(stage, recipe.name(), fraction);
    }
}
