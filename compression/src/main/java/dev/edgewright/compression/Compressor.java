package dev.edgewright.compression;

import dev.edgewright.compression.Workbench.Steps;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.runtime.OrtStart;
import dev.edgewright.compression.search.Constraints;
import dev.edgewright.compression.search.LayerStudy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Makes smaller and faster variants of an fp32 ONNX model and measures them. Deterministic: the same model, data, recipe and settings give
 * the same bytes (measured times differ, of course, and a search decides by them). Resumable: a candidate that an earlier run measured into
 * the same folder is taken over.
 *
 * <pre>{@code
 * Compressor compressor = new Compressor(CompressionSettings.defaults());
 * Compressor.Result result = compressor.compress(
 *     Path.of("model.onnx"), DataSource.open(Path.of("data")), Recipe.named("int8-static"), Path.of("out"), Progress.NONE);
 * Candidate int8 = result.candidates().get(0);
 * }</pre>
 */
public final class Compressor {

    private final CompressionSettings settings;

    public Compressor(CompressionSettings settings) {
        this.settings = settings;
        OrtStart.begin(); // while data and model are read
    }

    /**
     * What came out.
     *
     * @param model what was given
     * @param original the given model, measured as the candidates are
     * @param candidates the variants, in the order in which they were made
     * @param front the names of those that no other beats in quality, time and size at once; the original may be among them
     * @param recommended the fastest variant that keeps the constraints and is faster than the original; empty when there is none
     * @param layers what each layer costs and hurts in int8, when a search studied it
     * @param saturation what candidates with plain int8 weights would give on x86 without VNNI, where that was computed
     * @param failures recipes that could not be applied, with the reason
     */
    public record Result(
            ModelInfo model,
            Candidate original,
            List<Candidate> candidates,
            List<String> front,
            Optional<String> recommended,
            Optional<LayerStudy> layers,
            List<Saturation> saturation,
            List<String> failures) {

        public Result {
            candidates = List.copyOf(candidates);
            front = List.copyOf(front);
            saturation = List.copyOf(saturation);
            failures = List.copyOf(failures);
        }

        /** The same result, with what candidates would give on x86 without VNNI. */
        public Result withSaturation(List<Saturation> computed) {
            return new Result(model, original, candidates, front, recommended, layers, computed, failures);
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
     * Measures the given model alone, as the variants are that {@link #compress} makes of it.
     *
     * @param data as in {@link #compress}
     * @param outDir for what is kept between runs
     * @throws CompressionException as {@link #inspect}, and DATA_INVALID, DATA_NOT_FINITE, LABEL_OUT_OF_RANGE, OUTPUT_FAILED, CANCELLED
     */
    public Candidate measure(Path model, DataSource data, Path outDir, Progress progress) {
        Steps steps = new Steps(progress, "original", 0, 1, () -> true);
        steps.at("read", 0);
        try (Workbench bench = new Workbench(settings, model, data, outDir)) {
            steps.at("measure", 0.3);
            Candidate original = bench.original();
            steps.at("done", 1);
            return original;
        }
    }

    /**
     * Applies a recipe, writes the variant to {@code outDir/NAME.onnx} and measures it against the given model. {@code Recipe.named("auto")}
     * starts a {@link #search} with {@link Constraints#defaults()}.
     *
     * @param model an ONNX file
     * @param data calibration and validation data, null when there is none: no accuracy then, and no recipe that needs data
     * @param progress hears about stages
     * @throws CompressionException as {@link #inspect}, and DATA_INVALID, DATA_REQUIRED, DATA_NOT_FINITE, LABEL_OUT_OF_RANGE,
     *     WEIGHTS_NOT_FINITE, ALREADY_QUANTIZED, RECIPE_INVALID, OUTPUT_FAILED, CANCELLED
     */
    public Result compress(Path model, DataSource data, Recipe recipe, Path outDir, Progress progress) {
        if (recipe.equals(Recipe.AUTO)) {
            return search(model, data, Constraints.defaults(), outDir, progress);
        }
        Steps steps = new Steps(progress, recipe.name(), 0, 1, () -> true);
        recipe.passes(); // an unknown step is told before anything is read
        steps.at("read", 0);
        try (Workbench bench = new Workbench(settings, model, data, outDir)) {
            steps.at("clean-up", 0.05);
            Candidate candidate = bench.candidate(recipe, steps);
            steps.at("compare", 0.95);
            Candidate original = bench.original();
            steps.at("done", 1);
            return Selection.of(
                    bench.info(), original, List.of(candidate), Constraints.defaults(), Optional.empty(), List.of());
        }
    }

    /**
     * Tries recipes until the budget is used up: the named ones, variations of int8, mixed precision after studying the layers, and pruning
     * to several sizes. Every candidate is kept; a recipe that cannot be applied is noted and passed over. At the end all are measured once
     * more in the same rounds. What a run that was killed had measured into the same folder is taken over.
     *
     * @throws CompressionException as {@link #compress}
     */
    public Result search(Path model, DataSource data, Constraints constraints, Path outDir, Progress progress) {
        progress.update("read", "auto", 0);
        try (Workbench bench = new Workbench(settings, model, data, outDir)) {
            return new Search(bench, settings, constraints, progress).run();
        }
    }
}
